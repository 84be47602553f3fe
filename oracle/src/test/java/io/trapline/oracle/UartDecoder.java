package io.trapline.oracle;

/** PC16550D, table II: which register a port is, as DLAB stands. */
final class UartDecoder implements Chip.Decoder {
    static final int BASE = 0x3F8;
    static final int LCR = BASE + 3;
    static final int DLAB = 0x80;

    // spotless:off
    private static final String[] READ    = {"RBR", "IER", "IIR", "LCR", "MCR", "LSR", "MSR", "SCR"};
    private static final String[] WRITTEN = {"THR", "IER", "FCR", "LCR", "MCR", "LSR", "MSR", "SCR"};
    private static final String[] LATCH   = {"DLL", "DLM"};
    // spotless:on

    private int lcr;

    @Override
    public String register(Command command) {
        int offset = command.port() - BASE;
        if (offset < LATCH.length && (lcr & DLAB) != 0) {
            return LATCH[offset];
        }
        return (command.write() ? WRITTEN : READ)[offset];
    }

    @Override
    public void follow(Command command) {
        if (command.write() && command.port() == LCR) {
            lcr = command.value();
        }
    }
}
