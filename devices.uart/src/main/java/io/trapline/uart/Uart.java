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

/**
 * PC16550D (June 1995) as a PC wires it: INTR goes to the interrupt line through a gate that OUT2 opens.
 *
 * <p>The receiver takes from the chardev what it has room for; the rest waits there, so the line never overruns.
 * Touches the chardev from {@link #reset} or {@link #restore} on, not before.
 */
final class Uart implements Region {
    private final InterruptLine line;
    private final Timers timers;
    private final Chardev chardev;
    private final LineFormat format = new LineFormat();
    private final Modem modem = new Modem();
    private final Receiver receiver;
    private final Transmitter transmitter;

    private int ier;
    private int fcr;
    private int lcr;
    private int scr;
    private boolean breaking;

    /** Sends instantly. */
    Uart(InterruptLine line, Timers timers, Chardev chardev) {
        this(line, timers, chardev, false);
    }

    /**
     * A UART before its reset.
     *
     * @param line where INTR goes
     * @param timers the machine's time
     * @param chardev what SIN and SOUT are wired to
     * @param timed whether a character takes its time to be sent
     */
    Uart(InterruptLine line, Timers timers, Chardev chardev, boolean timed) {
        this.line = line;
        this.timers = timers;
        this.chardev = chardev;
        this.receiver = new Receiver(timers, format, this::advance);
        this.transmitter = new Transmitter(timers, format, timed, this::send, this::advance);
    }

    // ---- The guest's side

    @Override
    public long read(long offset, int width) {
        catchUp();
        return width == 1 ? readByte((int) offset) : readWide((int) offset, width);
    }

    @Override
    public void write(long offset, int width, long value) {
        catchUp();
        for (int i = 0; i < width; i++) {
            writeByte((int) offset + i, (int) (value >>> 8 * i) & 0xFF);
        }
    }

    /** A guest that polls sees each moment as it comes, however late the timer's thread is. */
    private void catchUp() {
        if (transmitter.overdue() || receiver.overdue()) {
            advance();
        }
    }

    /** Does what time and the line allow, in the order of its moments: what is sent may be received. */
    private void advance() {
        transmitter.advance();
        receiver.advance();
        updateInterrupt();
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
                case DLL -> format.divisor(format.divisor() & 0xFF00 | value);
                case DLM -> format.divisor(format.divisor() & 0x00FF | value << 8);
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
            case MCR -> modem.mcr();
            case LSR -> receiver.status() | transmitter.status();
            case MSR -> modem.msr();
            case SCR -> scr;
            case DLL -> format.divisor() & 0xFF;
            case DLM -> format.divisor() >> 8;
        };
    }

    // ---- Interrupts, §8.5 and §8.6

    /** Table IV: the pending interrupt of the highest priority. §8.5: bit 3 is set whenever a time-out is pending. */
    private int interruptId() {
        if ((ier & Ier.ELSI) != 0 && (receiver.status() & Lsr.CLEARED_BY_READ) != 0) {
            return Iir.LINE_STATUS;
        } else if ((ier & Ier.ERBFI) != 0 && receiver.timedOut()) {
            return Iir.TIME_OUT;
        } else if ((ier & Ier.ERBFI) != 0 && receiver.triggered()) {
            return Iir.DATA;
        } else if ((ier & Ier.ETBEI) != 0 && transmitter.interrupt()) {
            return Iir.THR_EMPTY;
        }
        return (ier & Ier.EDSSI) != 0 && modem.interrupt() ? Iir.MODEM : Iir.NONE;
    }

    private int fifoBits() {
        return (fcr & Fcr.ENABLE) != 0 ? Iir.FIFOS : 0;
    }

    /** Drives the line: OUT2 is its gate, also for FreeBSD's sio(4), whose probe counts on that. */
    private void updateInterrupt() {
        line.set(modem.gateOpen() && interruptId() != Iir.NONE);
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
        catchUp();
        modem.sense(chardev.connected());
        pull();
        updateInterrupt();
    }

    /** The chardev may have room again. */
    void writable() {
        advance();
    }

    /** Takes what there is room for; §8.7: in loopback the line is disconnected. */
    private void pull() {
        while (!modem.looping() && receiver.hasRoom()) {
            int character = chardev.read();
            if (character < 0) {
                return;
            }
            receiver.receive(character & 0xFF | errors(character), timers.now());
        }
    }

    /** A chardev's errors as the FIFO keeps them: LSR's bits 2 to 4, above the character. */
    private static int errors(int character) {
        return ((character & Chardev.PARITY_ERROR) != 0 ? Lsr.PE << 8 : 0)
                | ((character & Chardev.FRAMING_ERROR) != 0 ? Lsr.FE << 8 : 0)
                | ((character & Chardev.BREAK) != 0 ? Lsr.BI << 8 : 0);
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
        transmitter.advance();
        updateInterrupt();
    }

    /** §8.7: in loopback the transmitter feeds the receiver, and SOUT is marking. */
    private boolean send(int character, long at) {
        if (modem.looping()) {
            receiver.receive(character, transmitter.timed() ? at : timers.now());
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
        transmitter.control(fifos, switched || fifos && (value & Fcr.XMIT_RESET) != 0);
        transmitter.advance();
        updateInterrupt();
        pull();
        updateInterrupt();
    }

    private void controlLine(int value) {
        lcr = value;
        format.lcr(value);
        updateBreak();
    }

    /** §8.7. */
    private void controlModem(int value) {
        modem.control(value);
        modem.sense(chardev.connected());
        updateBreak();
        transmitter.advance();
        pull();
        updateInterrupt();
    }

    /** §8.1, bit 6: acts on SOUT alone; §8.7: which is marking in loopback. */
    private void updateBreak() {
        boolean now = (lcr & Lcr.BREAK) != 0 && !modem.looping();
        transmitter.breaking(now);
        if (now != breaking) {
            breaking = now;
            chardev.breaking(now);
        }
    }

    /** §8.8: reading clears the deltas. */
    private int takeModemStatus() {
        int status = modem.msr();
        if (modem.interrupt()) {
            modem.clearDeltas();
            updateInterrupt();
        }
        return status;
    }

    // ---- Reset, state, inspection

    /** Table I; what waits in the chardev comes in at once. */
    void reset() {
        ier = UartRegister.IER.reset;
        fcr = UartRegister.FCR.reset;
        scr = UartRegister.SCR.reset;
        modem.reset(chardev.connected());
        format.divisor(UartRegister.DLM.reset << 8 | UartRegister.DLL.reset);
        receiver.control(fcr);
        receiver.reset();
        transmitter.reset();
        controlLine(UartRegister.LCR.reset);
        readable();
    }

    UartState save() {
        return new UartState(
                timers.now(),
                ier,
                fcr,
                lcr,
                modem.mcr(),
                modem.msr(),
                scr,
                format.divisor(),
                format.pace(),
                receiver.save(),
                transmitter.save());
    }

    /**
     * Goes on where a predecessor stopped; the chardev may have moved meanwhile. In a machine whose time is behind
     * that of the state's, all goes on from the nanosecond at which it was saved.
     */
    void restore(UartState saved) {
        long shifted = Math.min(timers.now() - saved.now(), 0);
        ier = saved.ier();
        fcr = saved.fcr();
        lcr = saved.lcr();
        scr = saved.scr();
        modem.restore(saved.mcr(), saved.msr());
        format.restore(lcr, saved.divisor(), saved.pace());
        receiver.restore(saved.receiver(), fcr, shifted);
        transmitter.restore(saved.transmitter(), (fcr & Fcr.ENABLE) != 0, shifted);
        updateBreak();
        advance();
        readable();
    }

    void inspect(Inspector out) {
        for (UartRegister register : UartRegister.values()) {
            out.register(register.name(), peek(register), 1);
        }
        out.number("divisor", format.divisor());
        out.number("baud", format.baud());
        out.number("character time, ns", format.characters(1));
        out.text("transmit", transmitter.timed() ? "timed" : "instant");
        out.number("receiver FIFO", receiver.size());
        out.number("transmitter FIFO", transmitter.size());
        out.flag("shift register in use", transmitter.shifting());
        out.number("receiver trigger level", receiver.triggerLevel());
        out.flag("THRE interrupt latched", transmitter.interrupt());
        out.flag("character time-out", receiver.timedOut());
        out.flag("interrupt line", line.raised());
        out.flag("break", breaking);
        out.text("chardev", chardev.description());
        out.flag("chardev connected", chardev.connected());
        out.number("chardev bytes dropped", chardev.dropped());
        out.flag("chardev stalled", chardev.stalled());
    }
}
