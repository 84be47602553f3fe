package io.trapline.uart;

import io.trapline.chardev.Chardev;
import io.trapline.device.DeviceState;
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
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * PC16550D (June 1995) as a PC wires it: INTR goes to the interrupt line through a gate that OUT2 opens.
 *
 * <p>The transmitter is <em>instant</em>: a character is gone as soon as the chardev takes it. One that the
 * chardev refuses stays, with what comes after it, and THRE and TEMT stay low until {@link #writable}. The
 * receiver takes from the chardev what it has room for; the rest waits there, so the line never overruns.
 *
 * <p>Touches the chardev from {@link #reset} or {@link #restore} on, not before.
 */
final class Uart implements Region {
    /** State: the schema, and its newest version. */
    static final String SCHEMA = "uart.16550a";

    static final int VERSION = 1;

    private static final long CRYSTAL_HERTZ = 1_843_200; // table III
    private static final int CLOCKS_PER_BIT = 16; // §8.2
    private static final int TIME_OUT_CHARACTERS = 4; // §8.10
    private static final int[] TRIGGER_LEVELS = {1, 4, 8, 14}; // §8.4
    private static final long SECOND = 1_000_000_000;

    private final InterruptLine line;
    private final Timers timers;
    private final Timers.Timer timeOut;
    private final Chardev chardev;
    private final Fifo received = new Fifo();
    private final Fifo transmitted = new Fifo();

    private int ier;
    private int fcr;
    private int lcr;
    private int mcr;
    private int lsr;
    private int msr;
    private int scr;
    private int divisor;
    private boolean thrEmpty; // the THRE interrupt, which is a latch: §8.5, table IV
    private boolean timedOut; // the character time-out interrupt: §8.10
    private long moved; // when a character last came into the receiver FIFO or was read from it
    private boolean breaking;

    Uart(InterruptLine line, Timers timers, Chardev chardev) {
        this.line = line;
        this.timers = timers;
        this.timeOut = timers.timer(this::silent);
        this.chardev = chardev;
    }

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
        if (register
                != null) { // §8.3: writes to LSR are for the factory; §8.8: MSR has its bits from
            // outside
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
            case RBR -> received.peek(0) & 0xFF;
            case THR -> transmitted.peek(0);
            case IER -> ier;
            case IIR -> interruptId() | (fifos() ? Iir.FIFOS : 0);
            case FCR -> fcr;
            case LCR -> lcr;
            case MCR -> mcr;
            case LSR -> lsr;
            case MSR -> msr;
            case SCR -> scr;
            case DLL -> divisor & 0xFF;
            case DLM -> divisor >> 8;
        };
    }

    // ---- Interrupts, §8.5 and §8.6

    /** Table IV: the pending interrupt of the highest priority. */
    private int interruptId() {
        if ((ier & Ier.ELSI) != 0 && (lsr & Lsr.CLEARED_BY_READ) != 0) {
            return Iir.LINE_STATUS;
        } else if ((ier & Ier.ERBFI) != 0 && received.size() >= triggerLevel()) {
            return Iir.DATA;
        } else if ((ier & Ier.ERBFI) != 0 && timedOut) {
            return Iir.TIME_OUT;
        } else if ((ier & Ier.ETBEI) != 0 && thrEmpty) {
            return Iir.THR_EMPTY;
        }
        return (ier & Ier.EDSSI) != 0 && (msr & Msr.DELTAS) != 0 ? Iir.MODEM : Iir.NONE;
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
            thrEmpty = false;
            updateInterrupt();
        }
        return id | (fifos() ? Iir.FIFOS : 0);
    }

    /** §8.6; enabling the THRE interrupt while THR is empty raises it at once (Linux printk waits for that). */
    private void enableInterrupts(int value) {
        if ((value & ~ier & Ier.ETBEI) != 0 && (lsr & Lsr.THRE) != 0) {
            thrEmpty = true;
        }
        ier = value & Ier.MASK;
        updateInterrupt();
    }

    // ---- Receiver

    private boolean fifos() {
        return (fcr & Fcr.ENABLE) != 0;
    }

    /** Without FIFOs the buffer registers hold one character each. */
    private int depth() {
        return fifos() ? Fifo.LENGTH : 1;
    }

    private int triggerLevel() {
        return TRIGGER_LEVELS[fcr >> 6];
    }

    /** The chardev may have something to read, or its other end came or went. */
    void readable() {
        updateModem();
        pull();
        updateInterrupt();
    }

    /** A break on the line: §8.3, a zero character with BI. */
    void receiveBreak() {
        receive(Lsr.BI << 8);
        updateInterrupt();
    }

    /** Takes what there is room for; §8.7: in loopback the line is disconnected. */
    private void pull() {
        if ((mcr & Mcr.LOOP) == 0) {
            while (received.size() < depth()) {
                int character = chardev.read();
                if (character < 0) {
                    return;
                }
                receive(character);
            }
        }
    }

    /** §8.3: an overrun loses the newcomer in FIFO mode, else the character in RBR. */
    private void receive(int character) {
        if (received.size() >= depth()) {
            lsr |= Lsr.OE;
            if (fifos()) {
                return;
            }
            received.clear();
        }
        received.put(character);
        lsr |= Lsr.DR;
        if (received.size() == 1) {
            reveal();
        }
        updateErrorInFifo(0);
        restartTimeOut();
    }

    /** The character, and only then what makes room for the next: an edge-triggered guest needs the edge. */
    private int takeReceived() {
        int character = received.take() & 0xFF;
        timedOut = false;
        if (received.isEmpty()) {
            lsr &= ~Lsr.DR;
        } else {
            reveal();
        }
        restartTimeOut();
        updateInterrupt();
        pull();
        updateInterrupt();
        return character;
    }

    /** §8.3: a character's errors show when it is at the top of the FIFO. */
    private void reveal() {
        lsr |= received.peek(0) >> 8 & Lsr.OF_A_CHARACTER;
    }

    /** §8.3: reading clears the error bits, and bit 7 if no error follows in the FIFO. */
    private int takeLineStatus() {
        int status = lsr;
        if ((status & (Lsr.CLEARED_BY_READ | Lsr.ERROR_IN_FIFO)) != 0) {
            lsr &= ~Lsr.CLEARED_BY_READ;
            updateErrorInFifo(1);
            updateInterrupt();
        }
        return status;
    }

    /** §8.3, bit 7: an error at that place of the FIFO or after it; always 0 without FIFOs. */
    private void updateErrorInFifo(int place) {
        int errors = 0;
        for (int i = place; i < received.size(); i++) {
            errors |= received.peek(i) >> 8;
        }
        lsr = errors != 0 && fifos() ? lsr | Lsr.ERROR_IN_FIFO : lsr & ~Lsr.ERROR_IN_FIFO;
    }

    /** §8.10: the time-out counts from the last character that came or was read. */
    private void restartTimeOut() {
        if (fifos()) {
            moved = timers.now();
            if (!received.isEmpty() && !timedOut && !timeOut.armed()) {
                timeOut.at(timeOutDeadline());
            }
        }
    }

    /** The timer's task. It is not armed anew with each character, so it may come early. */
    private void silent() {
        if (fifos() && !received.isEmpty() && !timedOut) {
            if (timers.now() < timeOutDeadline()) {
                timeOut.at(timeOutDeadline());
            } else {
                timedOut = true;
                updateInterrupt();
            }
        }
    }

    private long timeOutDeadline() {
        return moved + TIME_OUT_CHARACTERS * characterTime();
    }

    /** §8.1 and §8.2, in nanoseconds: start bit, 5 to 8 data bits, parity if any, 1, 1.5 or 2 stop bits. */
    private long characterTime() {
        int halfBits = 2 * (1 + 5 + (lcr & Lcr.WLS) + ((lcr & Lcr.PEN) != 0 ? 1 : 0)) + 2;
        if ((lcr & Lcr.STB) != 0) {
            halfBits += (lcr & Lcr.WLS) == 0 ? 1 : 2;
        }
        long clocks = effectiveDivisor() * CLOCKS_PER_BIT * halfBits / 2;
        return clocks * SECOND / CRYSTAL_HERTZ;
    }

    /** §8.2 allows 1 to 65535. A divisor of 0, on the way to another or for ever, delays as little as 1. */
    private long effectiveDivisor() {
        return Math.max(divisor, 1);
    }

    // ---- Transmitter

    /** The chardev may have room again. */
    void writable() {
        drain();
    }

    /** Table IV: writing THR clears the THRE interrupt. A character beyond the FIFO's room is lost. */
    private void transmit(int character) {
        thrEmpty = false;
        lsr &= ~(Lsr.THRE | Lsr.TEMT);
        updateInterrupt();
        if (!fifos()) {
            transmitted.clear();
        }
        if (transmitted.size() < depth()) {
            transmitted.put(character);
        }
        drain();
    }

    /** Sends what the chardev takes; once all is gone, THRE and TEMT rise and the interrupt with them. */
    private void drain() {
        while (!transmitted.isEmpty() && send(transmitted.peek(0))) {
            transmitted.take();
        }
        if (transmitted.isEmpty() && (lsr & Lsr.THRE) == 0) {
            lsr |= Lsr.THRE | Lsr.TEMT;
            thrEmpty = true;
        }
        updateInterrupt();
    }

    /** §8.7: in loopback the transmitter feeds the receiver, and SOUT is marking. */
    private boolean send(int character) {
        if ((mcr & Mcr.LOOP) != 0) {
            receive(character);
            return true;
        }
        return chardev.write(character);
    }

    // ---- Control registers

    /** §8.4: the other bits count only if bit 0 is set; changing bit 0 empties both FIFOs. */
    private void controlFifos(int value) {
        boolean switched = ((value ^ fcr) & Fcr.ENABLE) != 0;
        fcr = (value & Fcr.ENABLE) != 0 ? value & Fcr.KEPT : 0;
        int resets = switched ? Fcr.RCVR_RESET | Fcr.XMIT_RESET : fifos() ? value : 0;
        if ((resets & Fcr.RCVR_RESET) != 0) {
            received.clear();
            lsr &= ~(Lsr.DR | Lsr.ERROR_IN_FIFO);
            timedOut = false;
            timeOut.cancel();
        }
        if ((resets & Fcr.XMIT_RESET) != 0) {
            transmitted.clear();
            thrEmpty |=
                    switched; // §8.10: the transmitter's interrupt after changing FCR0 is immediate
        }
        updateInterrupt();
        pull();
        drain();
    }

    /** §8.1; the length of a character has changed, and with it the time-out's. */
    private void controlLine(int value) {
        lcr = value;
        updateBreak();
        adjustTimeOut();
    }

    private void divide(int value) {
        divisor = value;
        adjustTimeOut();
    }

    private void adjustTimeOut() {
        if (timeOut.armed()) {
            timeOut.at(timeOutDeadline());
        }
    }

    /** §8.7. */
    private void controlModem(int value) {
        mcr = value & Mcr.MASK;
        updateModem();
        updateBreak();
        pull();
        drain();
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
        int changed = (lines ^ msr) & Msr.LINES;
        int deltas = changed >> 4;
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

    /** Table I. */
    void reset() {
        ier = UartRegister.IER.reset;
        fcr = UartRegister.FCR.reset;
        lcr = UartRegister.LCR.reset;
        mcr = UartRegister.MCR.reset;
        lsr = UartRegister.LSR.reset;
        msr = modemLines() | UartRegister.MSR.reset;
        scr = UartRegister.SCR.reset;
        divisor = UartRegister.DLM.reset << 8 | UartRegister.DLL.reset;
        received.clear();
        transmitted.clear();
        thrEmpty = false;
        timedOut = false;
        timeOut.cancel();
        moved = timers.now();
        updateBreak();
        readable();
    }

    DeviceState save() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("ier", ier);
        values.put("fcr", fcr);
        values.put("lcr", lcr);
        values.put("mcr", mcr);
        values.put("lsr", lsr);
        values.put("msr", msr);
        values.put("scr", scr);
        values.put("divisor", divisor);
        values.put("received", received.toArray());
        values.put("transmitted", transmitted.toArray());
        values.put("thrEmpty", thrEmpty);
        values.put("timedOut", timedOut);
        values.put("moved", moved);
        return new DeviceState(SCHEMA, VERSION, values);
    }

    /** Refuses all of a state or takes all of it; then goes on: the chardev may have moved meanwhile. */
    void restore(DeviceState state) {
        state.require(SCHEMA, VERSION);
        int savedIer = register(state, "ier", Ier.MASK);
        int savedFcr = register(state, "fcr", Fcr.KEPT);
        int savedLcr = register(state, "lcr", 0xFF);
        int savedMcr = register(state, "mcr", Mcr.MASK);
        int savedLsr = register(state, "lsr", 0xFF);
        int savedMsr = register(state, "msr", 0xFF);
        int savedScr = register(state, "scr", 0xFF);
        int savedDivisor = register(state, "divisor", 0xFFFF);
        boolean savedThrEmpty = state.flag("thrEmpty");
        boolean savedTimedOut = state.flag("timedOut");
        long savedMoved = state.number("moved");
        int limit = (savedFcr & Fcr.ENABLE) != 0 ? Fifo.LENGTH : 1;
        int[] savedReceived = characters(state, "received", limit);
        int[] savedTransmitted = characters(state, "transmitted", limit);

        ier = savedIer;
        fcr = savedFcr;
        lcr = savedLcr;
        mcr = savedMcr;
        lsr = savedLsr;
        msr = savedMsr;
        scr = savedScr;
        divisor = savedDivisor;
        received.fill(savedReceived);
        transmitted.fill(savedTransmitted);
        thrEmpty = savedThrEmpty;
        timedOut = savedTimedOut;
        moved = savedMoved;
        timeOut.cancel();
        if (fifos() && !received.isEmpty() && !timedOut) {
            timeOut.at(timeOutDeadline());
        }
        updateBreak();
        readable();
        drain();
    }

    private static int register(DeviceState state, String name, int mask) {
        long value = state.number(name);
        if ((value & ~mask) != 0) {
            throw new IllegalArgumentException(
                    "state " + SCHEMA + ": " + name + " is out of range: " + value);
        }
        return (int) value;
    }

    private static int[] characters(DeviceState state, String name, int limit) {
        int[] characters = state.ints(name);
        if (characters.length > limit) {
            throw new IllegalArgumentException(
                    "state " + SCHEMA + ": " + name + " is too long: " + characters.length);
        }
        return characters;
    }

    void inspect(Inspector out) {
        for (UartRegister register : UartRegister.values()) {
            out.register(register.name(), peek(register), 1);
        }
        out.number("divisor", divisor);
        out.number("baud", CRYSTAL_HERTZ / (CLOCKS_PER_BIT * effectiveDivisor()));
        out.number("receiver FIFO", received.size());
        out.number("transmitter FIFO", transmitted.size());
        out.number("receiver trigger level", triggerLevel());
        out.flag("THRE interrupt latched", thrEmpty);
        out.flag("character time-out", timedOut);
        out.flag("interrupt line", line.raised());
        out.flag("break", breaking);
        out.text("chardev", chardev.description());
        out.flag("chardev connected", chardev.connected());
    }
}
