package io.trapline.oracle;

import java.util.List;

/** How QEMU's time goes while it runs. */
enum Pace {
    // spotless:off
    //      steps  late        shortest period  firmware
    /** As the host's; its timers come late. */
    REAL    (40,   20_000_000, 200_000_000, new int[] {0xFA, 0xF4, 0xEB, 0xFD}, List.of()),          // cli; hlt; jmp to it
    /** Each instruction takes 64 ns: about ten times the host's time, and timers come on time. */
    COUNTED (80,   40_000,     3_000_000,   new int[] {0xFA, 0xEB, 0xFE}, counted("shift=6")),       // cli; jmp to itself
    /** Each instruction takes 512 ns. */
    FAST    (150,  40_000,     30_000_000,  new int[] {0xFA, 0xEB, 0xFE}, counted("shift=9"));
    // spotless:on

    /** How many things a guest does. */
    final int steps;

    /** How late, in nanoseconds, a timer may be; with counted instructions, one period of the RTC's crystal. */
    final long late;

    /** In nanoseconds; with a shorter one between two of a timer's deadlines, QEMU stops at a deadline nearly always. */
    final long shortestPeriod;

    private final int[] code;

    /** What QEMU is told. */
    final List<String> options;

    Pace(int steps, long late, long shortestPeriod, int[] code, List<String> options) {
        this.shortestPeriod = shortestPeriod;
        this.steps = Integer.getInteger("oracle.steps", steps);
        this.late = late;
        this.code = code;
        this.options = options;
    }

    private static List<String> counted(String shift) {
        return List.of("-icount", shift + ",sleep=off");
    }

    /** A firmware that does nothing, for ever. */
    byte[] firmware() {
        byte[] image = new byte[0x10000];
        for (int i = 0; i < code.length; i++) {
            image[0xFFF0 + i] = (byte) code[i];
        }
        return image;
    }
}
