package io.trapline.uart;

import io.trapline.uart.UartRegister.Mcr;
import io.trapline.uart.UartRegister.Msr;

/**
 * PC16550D (June 1995), §8.7 and §8.8: MCR and MSR. The other end is a modem that is always ready (DSR, CTS) and
 * has a carrier (DCD) while somebody is there.
 */
final class Modem {
    private int mcr;
    private int msr;

    int mcr() {
        return mcr;
    }

    int msr() {
        return msr;
    }

    /** §8.7: the outputs feed the inputs, and the transmitter the receiver. */
    boolean looping() {
        return (mcr & Mcr.LOOP) != 0;
    }

    /** IBM PC Asynchronous Adapter: OUT2 opens the gate between INTR and the bus; §8.7: in loopback it is inactive. */
    boolean gateOpen() {
        return (mcr & (Mcr.OUT2 | Mcr.LOOP)) == Mcr.OUT2;
    }

    /** Whether a line has changed since MSR was read. */
    boolean interrupt() {
        return (msr & Msr.DELTAS) != 0;
    }

    /** MCR is written; the inputs are to be sensed after it. */
    void control(int value) {
        mcr = value & Mcr.MASK;
    }

    /** §8.8: a line that changed sets its delta, RI only as it ends. */
    void sense(boolean carrier) {
        int lines = lines(carrier);
        int deltas = ((lines ^ msr) & Msr.LINES) >> 4;
        if ((lines & Msr.RI) != 0) {
            deltas &= ~Msr.TERI;
        }
        msr = lines | msr & Msr.DELTAS | deltas;
    }

    private int lines(boolean carrier) {
        if (!looping()) {
            return Msr.CTS | Msr.DSR | (carrier ? Msr.DCD : 0);
        }
        return ((mcr & Mcr.RTS) != 0 ? Msr.CTS : 0)
                | ((mcr & Mcr.DTR) != 0 ? Msr.DSR : 0)
                | ((mcr & Mcr.OUT1) != 0 ? Msr.RI : 0)
                | ((mcr & Mcr.OUT2) != 0 ? Msr.DCD : 0);
    }

    /** §8.8: reading MSR clears the deltas. */
    void clearDeltas() {
        msr &= Msr.LINES;
    }

    /** Table I: no deltas, and the lines as they are. */
    void reset(boolean carrier) {
        mcr = UartRegister.MCR.reset;
        msr = UartRegister.MSR.reset | lines(carrier);
    }

    void restore(int newMcr, int newMsr) {
        mcr = newMcr;
        msr = newMsr;
    }
}
