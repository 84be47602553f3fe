package io.trapline.oracle;

import java.util.Random;

/** What a guest may do with a UART: mostly in loopback, so that it receives; in bursts, so that FIFOs fill. */
final class UartTraffic extends Traffic {
    private static final int BASE = UartDecoder.BASE;
    private static final int DATA = 0,
            IER = 1,
            IIR = 2,
            FCR = 2,
            LCR = 3,
            MCR = 4,
            LSR = 5,
            MSR = 6,
            SCR = 7;
    private static final int LONGEST_BURST = 20;
    private static final int OUT2 = 0x08, LOOP = 0x10;

    private boolean dlab;

    UartTraffic(Random random, int length) {
        super(random, length, new UartReferee(exclusion -> {}));
    }

    @Override
    protected void act() {
        if (dlab) {
            divide();
            return;
        }
        int dice = any(100);
        if (dice < 22) {
            in(any(8));
        } else if (dice < 34) {
            out(IER, any(256));
        } else if (dice < 42) {
            out(FCR, oneIn(5) ? 0 : 1 | any(4) << 6 | any(8) << 1);
        } else if (dice < 47) {
            line();
        } else if (dice < 59) {
            modem();
        } else if (dice < 73) {
            burst();
        } else if (dice < 83) {
            drain();
        } else if (dice < 96) {
            serve();
        } else {
            out(SCR, any(256));
            in(oneIn(2) ? SCR : any(8));
        }
    }

    /** With DLAB set: the divisor, the registers that stay, and soon back. */
    private void divide() {
        switch (any(6)) {
            case 0 -> out(any(2), any(256));
            case 1 -> in(any(2));
            case 2 -> in(any(8));
            case 3 -> modem();
            default -> line();
        }
    }

    private void line() {
        int value = any(256);
        dlab = (value & UartDecoder.DLAB) != 0;
        out(LCR, value);
        if (oneIn(2)) {
            in(LCR);
        }
    }

    /** Half of the time in loopback; out of it, the interrupt's gate is mostly open. */
    private void modem() {
        int value = any(256) & ~(OUT2 | LOOP);
        if (oneIn(2)) {
            out(MCR, value | LOOP | any(2) * OUT2);
        } else {
            out(MCR, value | (oneIn(4) ? 0 : OUT2));
        }
        if (oneIn(3)) {
            in(oneIn(2) ? MCR : MSR);
        }
    }

    private void burst() {
        if (!oneIn(4)) {
            out(MCR, LOOP | any(16));
        }
        for (int left = 1 + any(LONGEST_BURST); left > 0; left--) {
            out(DATA, any(256));
            if (oneIn(8)) {
                in(oneIn(2) ? LSR : IIR);
            }
        }
        if (oneIn(2)) {
            out(MCR, OUT2 | any(8));
        }
    }

    private void drain() {
        for (int left = 1 + any(LONGEST_BURST); left > 0; left--) {
            in(DATA);
            if (oneIn(4)) {
                in(oneIn(2) ? LSR : IIR);
            }
        }
    }

    /** As a driver's interrupt handler does. */
    private void serve() {
        in(IIR);
        switch (any(4)) {
            case 0 -> in(LSR);
            case 1 -> in(DATA);
            case 2 -> in(MSR);
            default -> out(DATA, any(256));
        }
        in(IIR);
    }

    private void in(int offset) {
        say(Command.in(BASE + offset));
    }

    private void out(int offset, int value) {
        say(Command.out(BASE + offset, value));
    }
}
