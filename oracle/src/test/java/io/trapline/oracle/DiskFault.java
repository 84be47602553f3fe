package io.trapline.oracle;

/** Faults on the wire to us: a bit of what is read or written, or a change of the interrupt line. */
enum DiskFault {
    // spotless:off
    //               disk           command   addresses, of these bits                     stuck at 0  stuck at 1
    DATA            (Disk.PLAIN,    "read",   0xFF_FFFF, 0x10_0000, 0x1F_FFFF,             0x01,       0),
    USED_LENGTH     (Disk.PLAIN,    "readq",  0xF_FFFF,  0x8000,    0xFFFF,                0,          1L << 33),
    MESSAGE         (Disk.PLAIN,    "read",   0xFF_FFFF, 0xF_0000,  0xF_00FF,              0xFF,       0),
    WRITTEN         (Disk.PLAIN,    "write",  0xFF_FFFF, 0x10_0000, 0x1F_FFFF,             0x01,       0),
    SECTORS         (Disk.PLAIN,    "readl",  0xFFFF,    0x2000,    0x2000,                0,          0x10),
    ISR             (Disk.PLAIN,    "readb",  0xFFFF,    0x1000,    0x1000,                1,          0),
    FEATURE         (Disk.PLAIN,    "readl",  0xFFFF,    0x0004,    0x0004,                1 << 9,     0),
    PENDING         (Disk.PLAIN,    "readq",  0xFFFF,    0x8800,    0x8800,                7,          0),
    QUEUE_VECTOR    (Disk.PLAIN,    "readw",  0xFFFF,    0x001A,    0x001A,                1,          0),
    NOT_LOWERED     (Disk.PLAIN,    "readb",  0xFFFF,    0x1000,    0x1000,                -1,         0),
    EVENT_WISH      (Disk.PACKED,   "readl",  0xF_FFFF,  0x8000,    0x8FFF,                1 << 17,    0), // notifies too often
    INTERRUPT       (Disk.MMIO,     "readl",  0x1FF,     0x60,      0x60,                  1,          0);
    // spotless:on

    private static final long REGISTERS = 0xE000_0000L;

    final Disk disk;
    private final String command;
    private final long mask;
    private final long first;
    private final long last;
    private final long cleared; // -1: what the line does is lost
    private final long set;

    DiskFault(Disk disk, String command, long mask, long first, long last, long cleared, long set) {
        this.disk = disk;
        this.command = command;
        this.mask = mask;
        this.first = first;
        this.last = last;
        this.cleared = cleared;
        this.set = set;
    }

    /** Whether it spoils this command, or the reply to it. */
    boolean hits(String line) {
        String[] words = line.split(" ");
        if (!words[0].equals(command)) {
            return false;
        }
        long address = Long.decode(words[1]);
        boolean register = mask < 0xF_0000;
        long within = register ? address : address - disk.room();
        return register == address >= REGISTERS
                && (within & mask) >= first
                && (within & mask) <= last;
    }

    boolean ofWhatIsWritten() {
        return command.equals("write");
    }

    boolean ofTheLine() {
        return cleared < 0;
    }

    long spoil(long value) {
        return value & ~cleared | set;
    }

    /** Spoils the first byte of a number or of many bytes. */
    String spoil(String text) {
        int digits = text.indexOf("0x") + 2;
        if (command.equals("read") || ofWhatIsWritten()) {
            long value = spoil(Long.parseLong(text.substring(digits, digits + 2), 16));
            return text.substring(0, digits)
                    + String.format("%02x", value & 0xFF)
                    + text.substring(digits + 2);
        }
        long value = spoil(Long.parseUnsignedLong(text.substring(digits), 16));
        return text.substring(0, digits) + String.format("%016x", value);
    }
}
