package io.trapline.oracle;

import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** The UART at COM1. */
final class UartChip implements Chip {
    private static final int DATA = UartDecoder.BASE;
    private static final int IER = UartDecoder.BASE + 1;
    private static final int IIR = UartDecoder.BASE + 2;
    private static final int FCR = UartDecoder.BASE + 2;
    private static final int LCR = UartDecoder.LCR;
    private static final int MCR = UartDecoder.BASE + 4;
    private static final int LSR = UartDecoder.BASE + 5;
    private static final int MSR = UartDecoder.BASE + 6;
    private static final int SCR = UartDecoder.BASE + 7;

    @Override
    public String name() {
        return "UART";
    }

    /** All registers and RBR 0, FIFOs off and empty, no delta, no error, the THRE interrupt taken. */
    @Override
    public List<Command> prologue() {
        return List.of(
                Command.out(LCR, 0x80),
                Command.out(DATA, 12),
                Command.out(IER, 0),
                Command.out(LCR, 0),
                Command.out(MCR, 0),
                Command.out(FCR, 0x07),
                Command.out(FCR, 0),
                Command.out(MCR, 0x10),
                Command.out(DATA, 0),
                Command.in(DATA),
                Command.out(MCR, 0),
                Command.in(LSR),
                Command.in(MSR),
                Command.out(IER, 0),
                Command.out(IER, 0x02),
                Command.in(IIR),
                Command.out(IER, 0),
                Command.out(SCR, 0));
    }

    @Override
    public List<Command> traffic(Random random, int length) {
        return new UartTraffic(random, length).commands();
    }

    @Override
    public Referee referee(Consumer<Exclusion> excused) {
        return new UartReferee(excused);
    }

    @Override
    public Decoder decoder() {
        return new UartDecoder();
    }
}
