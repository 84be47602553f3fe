package io.trapline.oracle;

import io.trapline.oracle.Clockwork.Both;
import java.util.Random;

/**
 * A guest whose UART has received less than the trigger level asks for, and waits: less than four character times, or
 * more. §8.10 of PC16550D.
 */
final class UartInTime {
    private static final int DATA = 0, IER = 1, IIR = 2, FCR = 2, LCR = 3, MCR = 4, LSR = 5;
    private static final int ERBFI = 0x01, OUT2 = 0x08, LOOP = 0x10, STB = 0x04, WLS = 0x03;
    private static final int[] TRIGGERS = {1, 4, 8, 14};
    private static final long NANOS_PER_BIT = 16_000_000_000L / 1_843_200; // divisor 1
    private static final int TIME_OUT = 0xCC;

    private final Clockwork both;
    private final Random random;
    private final Tally tally;
    private long patience; // about four character times

    UartInTime(Clockwork both, Random random, Tally tally) {
        this.both = both;
        this.random = random;
        this.tally = tally;
    }

    /** One format and one trigger level; some characters, and several looks while they wait. */
    void step() {
        int trigger = 1 + random.nextInt(3);
        configure(trigger);
        receive(1 + random.nextInt(TRIGGERS[trigger] - 1));
        for (int looks = 1 + random.nextInt(6); looks > 0; looks--) {
            both.run((long) (patience * 2 * random.nextDouble()));
            look();
            if (random.nextInt(4) == 0) {
                out(FCR, trigger << 6 | 1); // the same again: changes nothing
            } else if (random.nextInt(4) == 0) {
                in(DATA);
                look();
            } else if (random.nextInt(4) == 0) {
                receive(1);
                look();
            }
        }
    }

    /** 1.5 stop bits are QEMU's 2, so no 5 bits with them. */
    private void configure(int trigger) {
        int lcr = random.nextInt(64);
        if ((lcr & WLS) == 0) {
            lcr &= ~STB;
        }
        int divisor = 1 + random.nextInt(1 << random.nextInt(11));
        patience = 40L * divisor * NANOS_PER_BIT;
        out(IER, 0);
        out(FCR, 0);
        out(LCR, UartDecoder.DLAB);
        out(DATA, divisor & 0xFF);
        out(IER, divisor >> 8);
        out(LCR, lcr);
        out(FCR, trigger << 6 | 1);
        out(IER, ERBFI);
    }

    /** By loopback; then the interrupt's gate is opened. */
    private void receive(int characters) {
        out(MCR, LOOP);
        for (int i = 0; i < characters; i++) {
            out(DATA, random.nextInt(256));
        }
        out(MCR, OUT2);
    }

    private void look() {
        long first = both.now();
        Both id = in(IIR);
        Both status = in(LSR);
        Both level = both.level(UartReferee.GSI);
        boolean again = false;
        while (!(id.agree(0xFF) && status.agree(0xFF) && level.agree(1))) {
            if (!tally.excuses(both.now() - first)) {
                throw new AssertionError(
                        "UART: IIR "
                                + id
                                + ", LSR "
                                + status
                                + ", IRQ 4 "
                                + level
                                + "\n  "
                                + both.history());
            }
            again = true;
            both.run(0);
            id = in(IIR);
            status = in(LSR);
            level = both.level(UartReferee.GSI);
        }
        tally.compared(again);
        tally.saw("time-out", id.qemu() == TIME_OUT ? 1 : 0);
        tally.saw("IRQ 4", level.qemu());
    }

    private Both in(int offset) {
        return both.in(UartDecoder.BASE + offset);
    }

    private void out(int offset, int value) {
        both.out(UartDecoder.BASE + offset, value);
    }
}
