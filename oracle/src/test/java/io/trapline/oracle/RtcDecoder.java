package io.trapline.oracle;

/** MC146818A behind the ports of a PC/AT: which byte the data port is, as the index stands. */
final class RtcDecoder implements Chip.Decoder {
    static final int INDEX = 0x70;
    static final int DATA = 0x71;
    static final int INDEX_BITS = 0x7F;
    static final int A = 0x0A, B = 0x0B, C = 0x0C, D = 0x0D;
    static final int CENTURY = 0x32, CENTURY_OF_PS2 = 0x37;

    // spotless:off
    private static final String[] NAMES = {
        "seconds", "seconds alarm", "minutes", "minutes alarm", "hours", "hours alarm", "day of week", "date",
        "month", "year", "A", "B", "C", "D"
    };
    // spotless:on

    private int index;

    /** The byte that the data port is; both places of the century are one. */
    int index() {
        return index == CENTURY_OF_PS2 ? CENTURY : index;
    }

    @Override
    public String register(Command command) {
        if (command.port() == INDEX) {
            return "index";
        }
        return index() < NAMES.length ? NAMES[index()] : index() == CENTURY ? "century" : "RAM";
    }

    @Override
    public void follow(Command command) {
        if (command.write() && command.port() == INDEX) {
            index = command.value() & INDEX_BITS;
        }
    }
}
