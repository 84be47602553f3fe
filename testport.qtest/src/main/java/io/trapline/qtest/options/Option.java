package io.trapline.qtest.options;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The options that mean something here. QEMU has many more; those are passed over. */
public enum Option {
    // spotless:off
    //          value   names                what
    QTEST      (true,   "qtest"),         // the port: unix:PATH, stdio
    QTEST_LOG  (true,   "qtest-log"),     // FILE, none
    CHARDEV    (true,   "chardev"),       // one end of a serial line, or of the monitor's
    MON        (true,   "mon"),           // chardev=ID,mode=control
    QMP        (true,   "qmp"),           // unix:PATH, short for -chardev and -mon
    MACHINE    (true,   "M", "machine"),  // pc, microvm, none
    MEMORY     (true,   "m"),             // MiB, or with a unit
    SMP        (true,   "smp"),           // number of processors
    UUID       (true,   "uuid"),          // told to firmware
    RTC        (true,   "rtc"),           // base=utc|localtime|DATE
    SERIAL     (true,   "serial"),        // COM1, COM2, ...
    DRIVE      (true,   "drive"),         // if=none,id=ID,file=PATH,...
    DEVICE     (true,   "device"),        // DRIVER,key=value,...
    BUNDLE     (true,   "bundle"),        // ours: a bundle with devices, installed first
    NODEFAULTS (false,  "nodefaults");    // nothing but what is asked for
    // spotless:on

    /** QEMU's options without a value, so that the word after one of them is not taken for it. */
    private static final Set<String> FLAGS =
            Set.of(
                    ("S s snapshot nographic enable-kvm no-user-config no-reboot no-shutdown no-acpi"
                                    + " no-hpet no-fd-bootchk win2k-hack rtc-td-hack full-screen"
                                    + " singlestep only-migratable daemonize mem-prealloc"
                                    + " preconfig portrait alt-grab ctrl-grab no-quit curses usb")
                            .split(" "));

    private static final Map<String, Option> BY_NAME =
            Arrays.stream(values())
                    .flatMap(o -> o.names.stream().map(n -> Map.entry(n, o)))
                    .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));

    private final boolean value;
    private final Set<String> names;

    Option(boolean value, String... names) {
        this.value = value;
        this.names = Set.of(names);
    }

    boolean hasValue() {
        return value;
    }

    /** The option that is written so, with one dash or two; null: one that means nothing here. */
    static Option of(String word) {
        return BY_NAME.get(bare(word));
    }

    /** Whether it is known to have no value. */
    static boolean isFlag(String word) {
        return FLAGS.contains(bare(word));
    }

    private static String bare(String word) {
        return word.startsWith("--") ? word.substring(2) : word.substring(1);
    }
}
