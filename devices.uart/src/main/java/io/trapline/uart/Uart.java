package io.trapline.uart;

import io.trapline.chardev.Chardev;
import io.trapline.device.Inspector;
import io.trapline.device.InterruptLine;
import io.trapline.device.Region;
import io.trapline.device.Timers;
import io.trapline.uart.UartRegister.Fcr;
import io.trapline.uart.UartRegister.Ier;
import io.trapline.uart.UartRegister.Iir;
import io.trapline.uart.UartRegister.Lcr;
import io.trapline.uart.UartRegister.Lsr;
import io.trapline.uart.UartRegister.Mcr;
import io.trapline.uart.UartRegister.Msr;

/**
 * PC16550D (June 1995) as a PC wires it: INTR goes to the interrupt line through a gate that OUT2 opens.
 *
 * <p>The receiver takes from the chardev what it has room for; the rest waits there, so the line never overruns.
 * Touches the chardev from {@link #reset} or {@link #restore} on, not before.
 */
final class Uart implements Region {
    private static final long CRYSTAL_HERTZ = 1_843_200; // table III
    private static final long CLOCKS_PER_BIT = 16; // §8.2
    private static final long TIME_OUT_CHARACTERS = 4; // §8.10
    private static final long SECOND = 1_000_000_000;

    private final InterruptLine line;
    private final Chardev chardev;
    private final Receiver receiver;
    private final Transmitter transmitter;

    private int ier;
    private int fcr;
    private int lcr;
    private int mcr;
    private int msr;
    private int scr;
    private int divisor;
    private boolean breaking;

    Uart(InterruptLine line, Timers timers, Chardev chardev) {
        this.line = line;
        this.chardev = chardev;
        this.receiver = new Receiver(timers, this::updateInterrupt);
        this.transmitter = new Transmitter(this::send);
    }

    // ---- The guest's side

    @Override
    public long read(long offset, int width) {
        return width == 1 ? readByte((int) offset) : readWide((int) offset, width);
    }

    @Override
    public void write(long offset, int width, long value) {
        for (int i = 0; i < width; i++) {
            writeByte((int) offset + i, (int) (value >>> 8 * i) & 0xFF);
        }
    }

    /** ISA: a card that leaves IOCS16# alone gets a wide access as bytes at rising ports, low byte first. */
    private long readWide(int offset, int width) {
        long value = 0;
        for (int i = 0; i < width; i++) {
            value |= (long) readByte(offset + i) << 8 * i;
        }
        return value;
    }

    private int readByte(int offset) {
        UartRegister register = UartRegister.onRead(offset, lcr);
        return switch (register) {
            case RBR -> takeReceived();
            case IIR -> takeInterruptId();
            case LSR -> takeLineStatus();
            case MSR -> takeModemStatus();
            case IER, LCR, MCR, SCR, DLL, DLM -> peek(register);
            case THR, FCR -> throw new AssertionError(register + " is write-only");
        };
    }

    private void writeByte(int offset, int value) {
        UartRegister register = UartRegister.onWrite(offset, lcr);
        if (register != null) { // §8.3, §8.8: LSR and MSR are not for writing
            switch (register) {
                case THR -> transmit(value);
                case IER -> enableInterrupts(value);
                case FCR -> controlFifos(value);
                case LCR -> controlLine(value);
                case MCR -> controlModem(value);
                case SCR -> scr = value;
                case DLL -> divide(divisor & 0xFF00 | value);
                case DLM -> divide(divisor & 0x00FF | value << 8);
                case RBR, IIR, LSR, MSR -> throw new AssertionError(register + " is read-only");
            }
        }
    }

    /** What a read would give, with none of its effects; the last value of a write-only register. */
    private int peek(UartRegister register) {
        return switch (register) {
            case RBR -> receiver.peek();
            case THR -> transmitter.peek();
            case IER -> ier;
            case IIR -> interruptId() | fifoBits();
            case FCR -> fcr;
            case LCR -> lcr;
            case MCR -> mcr;
            case LSR -> receiver.status() | transmitter.status();
            case MSR -> msr;
            case SCR -> scr;
            case DLL -> divisor & 0xFF;
            case DLM -> divisor >> 8;
        };
    }

    // ---- Interrupts, §8.5 and §8.6

    /** Table IV: the pending interrupt of the highest priority. */
    private int interruptId() {
        if ((ier & Ier.ELSI) != 0 && (receiver.status() & Lsr.CLEARED_BY_READ) != 0) {
            return Iir.LINE_STATUS;
        } else if ((ier & Ier.ERBFI) != 0 && receiver.triggered()) {
            return Iir.DATA;
        } else if ((ier & Ier.ERBFI) != 0 && receiver.timedOut()) {
            return Iir.TIME_OUT;
        } else if ((ier & Ier.ETBEI) != 0 && transmitter.interrupt()) {
            return Iir.THR_EMPTY;
        }
        return (ier & Ier.EDSSI) != 0 && (msr & Msr.DELTAS) != 0 ? Iir.MODEM : Iir.NONE;
    }

    private int fifoBits() {
        return (fcr & Fcr.ENABLE) != 0 ? Iir.FIFOS : 0;
    }

    /**
     * Drives the line. IBM PC Asynchronous Adapter: OUT2 enables the buffer between INTR and the bus; §8.7: in
     * loopback the OUT2 pin is inactive whatever MCR says (FreeBSD's sio(4) probe counts on that).
     */
    private void updateInterrupt() {
        line.set((mcr & (Mcr.OUT2 | Mcr.LOOP)) == Mcr.OUT2 && interruptId() != Iir.NONE);
    }

    /** Table IV: reading IIR clears the THRE interrupt, and only if that is what it reported. */
    private int takeInterruptId() {
        int id = interruptId();
        if (id == Iir.THR_EMPTY) {
            transmitter.clearInterrupt();
            updateInterrupt();
        }
        return id | fifoBits();
    }

    private void enableInterrupts(int value) {
        if ((value & ~ier & Ier.ETBEI) != 0) {
            transmitter.enableInterrupt();
        }
        ier = value & Ier.MASK;
        updateInterrupt();
    }

    // ---- Data and its status

    /** The chardev may have something to read, or its other end came or went. */
    void readable() {
        updateModem();
        pull();
        updateInterrupt();
    }

    /** The chardev may have room again. */
    void writable() {
        transmitter.drain();
        updateInterrupt();
    }

    /** A break on the line: §8.3, a zero character with BI. */
    void receiveBreak() {
        receiver.receive(Lsr.BI << 8);
        updateInterrupt();
    }

    /** Takes what there is room for; §8.7: in loopback the line is disconnected. */
    private void pull() {
        while ((mcr & Mcr.LOOP) == 0 && receiver.hasRoom()) {
            int character = chardev.read();
            if (character < 0) {
                return;
            }
            receiver.receive(character);
        }
    }

    /** The character, and only then what makes room for the next: an edge-triggered guest needs the edge. */
    private int takeReceived() {
        int character = receiver.take();
        updateInterrupt();
        pull();
        updateInterrupt();
        return character;
    }

    /** §8.3: reading clears the errors; §8.5: and so drops their interrupt. */
    private int takeLineStatus() {
        int status = receiver.status();
        if ((status & (Lsr.CLEARED_BY_READ | Lsr.ERROR_IN_FIFO)) != 0) {
            receiver.clearErrors();
            updateInterrupt();
        }
        return status | transmitter.status();
    }

    /** The line falls before it rises again: an edge-triggered guest needs the edge. */
    private void transmit(int character) {
        transmitter.accept(character);
        updateInterrupt();
        transmitter.drain();
        updateInterrupt();
    }

    /** §8.7: in loopback the transmitter feeds the receiver, and SOUT is marking. */
    private boolean send(int character) {
        if ((mcr & Mcr.LOOP) != 0) {
            receiver.receive(character);
            return true;
        }
        return chardev.write(character);
    }

    // ---- Control registers

    /** §8.4: the other bits count only if bit 0 is set; changing bit 0 empties both FIFOs. */
    private void controlFifos(int value) {
        boolean fifos = (value & Fcr.ENABLE) != 0;
        boolean switched = ((value ^ fcr) & Fcr.ENABLE) != 0;
        fcr = fifos ? value & Fcr.KEPT : 0;
        receiver.control(fcr);
        if (switched || fifos && (value & Fcr.RCVR_RESET) != 0) {
            receiver.clear();
        }
        transmitter.control(fifos, switched, switched || fifos && (value & Fcr.XMIT_RESET) != 0);
        transmitter.drain();
        updateInterrupt();
        pull();
        updateInterrupt();
    }

    private void controlLine(int value) {
        lcr = value;
        updateBreak();
        updatePatience();
    }

    private void divide(int value) {
        divisor = value;
        updatePatience();
    }

    /** §8.1 and §8.2: a character has a start bit, 5 to 8 data bits, parity if any, 1, 1.5 or 2 stop bits. */
    private void updatePatience() {
        int halfBits = 2 * (1 + 5 + (lcr & Lcr.WLS) + ((lcr & Lcr.PEN) != 0 ? 1 : 0)) + 2;
        if ((lcr & Lcr.STB) != 0) {
            halfBits += (lcr & Lcr.WLS) == 0 ? 1 : 2;
        }
        long clocks = TIME_OUT_CHARACTERS * halfBits * effectiveDivisor() * CLOCKS_PER_BIT / 2;
        receiver.patience(clocks * SECOND / CRYSTAL_HERTZ);
    }

    /** §8.2 allows 1 to 65535. A divisor of 0, on the way to another or for ever, delays as little as 1. */
    private long effectiveDivisor() {
        return Math.max(divisor, 1);
    }

    /** §8.7. */
    private void controlModem(int value) {
        mcr = value & Mcr.MASK;
        updateModem();
        updateBreak();
        transmitter.drain();
        pull();
        updateInterrupt();
    }

    /** §8.1, bit 6: acts on SOUT alone; §8.7: which is marking in loopback. */
    private void updateBreak() {
        boolean now = (lcr & Lcr.BREAK) != 0 && (mcr & Mcr.LOOP) == 0;
        if (now != breaking) {
            breaking = now;
            chardev.breaking(now);
        }
    }

    /** §8.8: a line that changed sets its delta, RI only as it ends. */
    private void updateModem() {
        int lines = modemLines();
        int deltas = ((lines ^ msr) & Msr.LINES) >> 4;
        if ((lines & Msr.RI) != 0) {
            deltas &= ~Msr.TERI;
        }
        msr = lines | msr & Msr.DELTAS | deltas;
    }

    /** §8.7: in loopback the four outputs feed the four inputs. Else DCD tells whether somebody is there. */
    private int modemLines() {
        if ((mcr & Mcr.LOOP) == 0) {
            return Msr.CTS | Msr.DSR | (chardev.connected() ? Msr.DCD : 0);
        }
        return ((mcr & Mcr.RTS) != 0 ? Msr.CTS : 0)
                | ((mcr & Mcr.DTR) != 0 ? Msr.DSR : 0)
                | ((mcr & Mcr.OUT1) != 0 ? Msr.RI : 0)
                | ((mcr & Mcr.OUT2) != 0 ? Msr.DCD : 0);
    }

    /** §8.8: reading clears the deltas. */
    private int takeModemStatus() {
        int status = msr;
        if ((status & Msr.DELTAS) != 0) {
            msr &= Msr.LINES;
            updateInterrupt();
        }
        return status;
    }

    // ---- Reset, state, inspection

    /** Table I; what waits in the chardev comes in at once. */
    void reset() {
        ier = UartRegister.IER.reset;
        fcr = UartRegister.FCR.reset;
        lcr = UartRegister.LCR.reset;
        mcr = UartRegister.MCR.reset;
        msr = UartRegister.MSR.reset | modemLines();
        scr = UartRegister.SCR.reset;
        divisor = UartRegister.DLM.reset << 8 | UartRegister.DLL.reset;
        receiver.control(fcr);
        receiver.reset();
        transmitter.reset();
        updatePatience();
        updateBreak();
        readable();
    }

    UartState save() {
        return new UartState(
                ier, fcr, lcr, mcr, msr, scr, divisor, receiver.save(), transmitter.save());
    }

    /** Goes on where a predecessor stopped; the chardev may have moved meanwhile. */
    void restore(UartState saved) {
        ier = saved.ier();
        fcr = saved.fcr();
        lcr = saved.lcr();
        mcr = saved.mcr();
        msr = saved.msr();
        scr = saved.scr();
        divisor = saved.divisor();
        updatePatience();
        receiver.restore(saved.receiver(), fcr);
        transmitter.restore(saved.transmitter(), (fcr & Fcr.ENABLE) != 0);
        updateBreak();
        readable();
        writable();
    }

    void inspect(Inspector out) {
        for (UartRegister register : UartRegister.values()) {
            out.register(register.name(), peek(register), 1);
        }
        out.number("divisor", divisor);
        out.number("baud", CRYSTAL_HERTZ / (CLOCKS_PER_BIT * effectiveDivisor()));
        out.number("receiver FIFO", receiver.size());
        out.number("transmitter FIFO", transmitter.size());
        out.number("receiver trigger level", receiver.triggerLevel());
        out.flag("THRE interrupt latched", transmitter.interrupt());
        out.flag("character time-out", receiver.timedOut());
        out.flag("interrupt line", line.raised());
        out.flag("break", breaking);
        out.text("chardev", chardev.description());
        out.flag("chardev connected", chardev.connected());
    }
}
