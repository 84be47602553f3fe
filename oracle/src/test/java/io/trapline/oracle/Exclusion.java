package io.trapline.oracle;

/**
 * What is known to differ from QEMU 7.2, or is no business of the two devices. Each row is as narrow as it can be: what
 * is {@link How#TRANSLATED} is still compared, after what the datasheet says is put in QEMU's place. The reasons are in
 * docs/devices.md, under "Different from QEMU".
 */
enum Exclusion {
    // spotless:off
    OTHER_LINES            (How.MASKED,     "an interrupt line of another device, e.g. GSI 0 of QEMU's timer"),
    UART_OUT2              (How.TRANSLATED, "QEMU's line ignores OUT2 and loopback: its INTR is seen through that gate"),
    UART_LOOPBACK_DELTAS   (How.TRANSLATED, "in QEMU, MSR has no deltas in loopback, and none as it begins or ends"),
    UART_FCR_WITHOUT_BIT_0 (How.AVOIDED,    "QEMU resets FIFOs, and keeps the trigger, though FCR bit 0 is 0"),
    UART_ONE_AND_A_HALF    (How.AVOIDED,    "QEMU takes 2 stop bits for 1.5"),
    RTC_UNWRITTEN_RAM      (How.MASKED,     "bytes 0x0E to 0x7F hold what QEMU's firmware wants to know"),
    RTC_NO_DATE            (How.MASKED,     "QEMU turns a date that is none into one; and it tells 1678 to 2261 only"),
    RTC_DAY_OF_WEEK        (How.MASKED,     "QEMU computes it from the date"),
    RTC_SECONDS_BIT_7      (How.AVOIDED,    "in QEMU it can be written"),
    RTC_TEST_DIVIDERS      (How.AVOIDED,    "DV 011 to 101 are for the maker's tests"),
    RTC_FLAG_WITHOUT_PIE   (How.MASKED,     "in QEMU, PF is set only while PIE is"),
    RTC_FIRST_PERIOD       (How.AVOIDED,    "QEMU counts it from PIE; both count it from the rate, if that comes later"),
    RTC_SHORTER_PERIOD     (How.AVOIDED,    "QEMU's is due at once if it is overdue, and the next are counted from there"),
    RTC_FLAGS_UNDER_SET    (How.MASKED,     "QEMU sets UF and AF as if the time ran"),
    RTC_TIME_WITHOUT_SET   (How.AVOIDED,    "QEMU puts the other bytes back to what was read last"),
    RTC_RESET_UNDER_SET    (How.AVOIDED,    "in QEMU, a reset of the divider under SET leaves the phase"),
    RTC_PERIODIC_IN_RESET  (How.AVOIDED,    "in QEMU, the periodic interrupt goes on while the divider is in reset"),
    RTC_ALARM_OF_12_HOURS  (How.AVOIDED,    "QEMU takes morning or afternoon of an alarm from the time"),
    RTC_DAYLIGHT_SAVINGS   (How.AVOIDED,    "QEMU keeps DSE, and does nothing with it"),
    RTC_OVERDUE            (How.AVOIDED,    "a read of C makes QEMU forget an update that is due and late"),
    DISK_FIRST_INTERRUPT   (How.AVOIDED,    "QEMU interrupts for the first buffer of a queue, whatever the driver wants"),
    DISK_CONFIGURATION_INTERRUPT (How.MASKED, "in memory, QEMU says of a new configuration that buffers were used, too"),
    DISK_FIELDS_NOT_OFFERED (How.MASKED,    "fields of features that only one of them offers"),
    DISK_FLAGS_AND_RANGE   (How.AVOIDED,    "where flags and range of a segment are wrong, QEMU says IOERR"),
    DISK_EVENT_COMES_ROUND (How.AVOIDED,    "QEMU interrupts when a packed ring's used position comes round"),
    DISK_STATUS_WITH_MESSAGES (How.MASKED,  "in QEMU, Interrupt Status stays 0 while MSI-X is enabled"),
    DISK_LINE_AFTER_MESSAGES (How.AVOIDED,  "in QEMU, the line stays low when MSI-X is switched off and the ISR is not 0"),
    DISK_SEGMENTS          (How.AVOIDED,    "in QEMU, a discard has one segment, and no alignment unless it is told of one");
    // spotless:on

    enum How {
        /** Neither reply nor line is looked at. */
        MASKED,
        /** What the datasheet says is put in QEMU's place. */
        TRANSLATED,
        /** Such a sequence is not legal here. */
        AVOIDED
    }

    final How how;
    final String what;

    Exclusion(How how, String what) {
        this.how = how;
        this.what = what;
    }
}
