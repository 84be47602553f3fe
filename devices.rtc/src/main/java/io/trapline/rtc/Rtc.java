package io.trapline.rtc;

import io.trapline.device.GuestMemory;
import io.trapline.device.Inspector;
import io.trapline.device.InterruptLine;
import io.trapline.device.Region;
import io.trapline.device.Timers;
import io.trapline.rtc.RtcRegister.Index;
import io.trapline.rtc.RtcRegister.RegisterA;
import io.trapline.rtc.RtcRegister.RegisterB;
import io.trapline.rtc.RtcRegister.RegisterC;
import io.trapline.rtc.RtcRegister.RegisterD;
import java.time.LocalDateTime;
import java.util.function.Supplier;

/**
 * MC146818A (Motorola, 1984) behind the two ports of a PC/AT: an index, and the byte that it selects.
 *
 * <p>Nothing runs by itself. Each look brings time and flags up to date; the timer is armed only for the next
 * interrupt that is enabled and not pending.
 */
final class Rtc implements Region {
    static final int PORTS = 2;

    /** Missed periodic interrupts that are remembered: a second of Linux's fastest, 16 s of Windows's. */
    static final int BACKLOG_LIMIT = 1024;

    private static final int DATA = 1;
    private static final long NEVER = Long.MAX_VALUE;

    private final byte[] ram = new byte[RtcRegister.BYTES];
    private final Calendar calendar = new Calendar(ram);
    private final Divider divider = new Divider();

    private final InterruptLine line;
    private final Timers timers;
    private final Timers.Timer timer;
    private final GuestMemory memory;
    private final Supplier<LocalDateTime> powerOn;
    private final Nvram nvram;
    private final boolean slew;

    private boolean powered;
    private int index;
    private boolean nmiMasked;
    private int flags; // register C
    private boolean valid; // register D
    private int backlog;

    /**
     * @param powerOn the time that it is when the power comes; asked once
     * @param slew whether a periodic interrupt that came while one was pending is given later
     */
    Rtc(
            InterruptLine line,
            Timers timers,
            GuestMemory memory,
            Supplier<LocalDateTime> powerOn,
            Nvram nvram,
            boolean slew) {
        this.line = line;
        this.timers = timers;
        this.timer = timers.timer(this::expired);
        this.memory = memory;
        this.powerOn = powerOn;
        this.nvram = nvram;
        this.slew = slew;
    }

    // ---- The guest's side

    /** ISA: a card that leaves IOCS16# alone gets a wide access as bytes at rising ports, low byte first. */
    @Override
    public long read(long offset, int width) {
        long value = 0;
        for (int i = 0; i < width; i++) {
            value |= (long) readByte((int) offset + i) << 8 * i;
        }
        return value;
    }

    @Override
    public void write(long offset, int width, long value) {
        for (int i = 0; i < width; i++) {
            writeByte((int) offset + i, (int) (value >>> 8 * i) & 0xFF);
        }
    }

    /** Intel 82371SB (PIIX3), NMI enable and RTC index: port 0x70 is write-only. */
    private int readByte(int port) {
        return (port & DATA) == 0 ? (int) OPEN_BUS & 0xFF : readData();
    }

    private void writeByte(int port, int value) {
        if ((port & DATA) == 0) {
            index = value & Index.INDEX;
            nmiMasked = (value & Index.NMI_MASK) != 0;
        } else {
            writeData(value);
        }
    }

    private int readData() {
        RtcRegister register = RtcRegister.at(index);
        return switch (register) {
            case SECONDS, MINUTES, HOURS, DAY_OF_WEEK, DATE, MONTH, YEAR, CENTURY, A -> {
                count();
                yield peek(register);
            }
            case SECONDS_ALARM, MINUTES_ALARM, HOURS_ALARM, B, RAM -> peek(register);
            case C -> takeFlags();
            case D -> takeValid();
        };
    }

    private void writeData(int value) {
        RtcRegister register = RtcRegister.at(index);
        switch (register) {
            case SECONDS, MINUTES, HOURS, DAY_OF_WEEK, DATE, MONTH, YEAR, CENTURY ->
                    setTime(register, value);
            case SECONDS_ALARM, MINUTES_ALARM, HOURS_ALARM -> setAlarm(register, value);
            case A -> selectRates(value);
            case B -> control(value);
            case C, D -> {} // read-only
            case RAM -> store(value);
        }
    }

    /** What a read would give, with none of its effects, as of the last count. */
    private int peek(RtcRegister register) {
        int stored = ram[register == RtcRegister.RAM ? index : register.index] & 0xFF;
        return switch (register) {
            case A -> stored | (updateInProgress() ? RegisterA.UIP : 0);
            case C -> flags | (interrupting() ? RegisterC.IRQF : 0);
            case D -> valid ? RegisterD.VRT : 0;
            default -> stored;
        };
    }

    private int b() {
        return ram[RtcRegister.B.index];
    }

    private boolean set(int bit) {
        return (b() & bit) != 0;
    }

    // ---- Time

    /** Brings all up to now. */
    private void count() {
        divider.count(timers.now());
        int passed = 0;
        if (divider.edges() > 0) {
            passed |= RegisterC.PF;
            remember(divider.edges() - ((flags & RegisterC.PF) == 0 ? 1 : 0));
        }
        if (divider.updates() > 0 && !set(RegisterB.SET)) {
            passed |= RegisterC.UF;
            passed |= calendar.advance(divider.updates()) ? RegisterC.AF : 0;
        }
        if ((passed & ~flags) != 0) {
            flags |= passed;
            updateInterrupt();
            arm();
        }
    }

    private void expired() {
        count();
        arm();
    }

    /** Arms the timer for the next interrupt that is enabled and not pending. */
    private void arm() {
        long next = NEVER;
        if (divider.periodic() && awaited(RegisterB.PIE)) {
            next = divider.nextEdge();
        }
        if (divider.running() && !set(RegisterB.SET)) {
            if (awaited(RegisterB.UIE)) {
                next = Math.min(next, divider.update(1));
            }
            if (awaited(RegisterB.AIE)) {
                next = Math.min(next, divider.update(calendar.updatesToAlarm()));
            }
        }
        if (next == NEVER) {
            timer.cancel();
        } else if (!timer.armed() || timer.deadline() != next) {
            timer.at(next);
        }
    }

    /** An enable of register B stands where its flag stands in register C. */
    private boolean awaited(int enable) {
        return (b() & ~flags & enable) != 0;
    }

    /** "Writing the SET bit in Register B to a 1 inhibits any update cycle and then clears the UIP status bit." */
    private boolean updateInProgress() {
        return !set(RegisterB.SET) && divider.updateIsNear();
    }

    private void setTime(RtcRegister register, int value) {
        count();
        ram[register.index] = (byte) (value & register.written);
        calendar.written();
        arm();
    }

    private void setAlarm(RtcRegister register, int value) {
        count();
        ram[register.index] = (byte) value;
        arm();
    }

    // ---- Control registers

    /** Register A: the phase of the chain is kept, unless the chain is reset. */
    private void selectRates(int value) {
        count();
        int old = period();
        ram[RtcRegister.A.index] = (byte) (value & RtcRegister.A.written);
        divider.select(dv(), rs());
        backlog =
                period() == 0 ? 0 : (int) Math.min((long) backlog * old / period(), BACKLOG_LIMIT);
        arm();
    }

    private int dv() {
        return (ram[RtcRegister.A.index] & RegisterA.DV) >> RegisterA.DV_SHIFT;
    }

    private int rs() {
        return ram[RtcRegister.A.index] & RegisterA.RS;
    }

    private int period() {
        return Divider.period(rs());
    }

    /**
     * Register B. SET going high clears UIE. Paper wants the ten bytes written again after DM or 24/12
     * changed; where the clock goes on without that, time is told in the new format (Linux and QEMU's tests do so).
     */
    private void control(int value) {
        count();
        int next = (value & RegisterB.SET) != 0 ? value & ~RegisterB.UIE : value;
        boolean updating = divider.running() && (next & RegisterB.SET) == 0;
        if (updating && ((next ^ b()) & RegisterB.FORMAT) != 0) {
            calendar.reformat(next);
        } else {
            calendar.format(next);
        }
        ram[RtcRegister.B.index] = (byte) next;
        if (!set(RegisterB.PIE)) {
            backlog = 0;
        }
        updateInterrupt();
        arm();
    }

    /** Register D: only reading it sets VRT. */
    private int takeValid() {
        int value = peek(RtcRegister.D);
        valid = true;
        return value;
    }

    private void store(int value) {
        ram[index] = (byte) value;
        nvram.stored(index, value);
    }

    // ---- Interrupts, register C

    /** IRQF = PF and PIE, or AF and AIE, or UF and UIE. */
    private boolean interrupting() {
        return (flags & b()) != 0;
    }

    private void updateInterrupt() {
        line.set(interrupting());
    }

    /**
     * Reading clears all flags and so the line. One of the interrupts that were missed comes right after: the line
     * falls before it rises again, because a PC's controller wants the edge.
     */
    private int takeFlags() {
        count();
        int value = peek(RtcRegister.C);
        flags = 0;
        updateInterrupt();
        if (backlog > 0) {
            backlog--;
            flags = RegisterC.PF;
            updateInterrupt();
        }
        arm();
        return value;
    }

    private void remember(long missed) {
        if (slew && set(RegisterB.PIE)) {
            backlog = (int) Math.min(backlog + missed, BACKLOG_LIMIT);
        }
    }

    // ---- Reset, state, inspection

    /**
     * The power comes, the first time; later, the RESET pin, which leaves clock, calendar and RAM alone,
     * but clears PIE, AIE, UIE, SQWE and all flags. IBM PC/AT, "NMI": masked at power-on.
     */
    void reset() {
        if (powered) {
            count();
        } else {
            powerOn();
        }
        MemorySize.put(memory, ram);
        ram[RtcRegister.B.index] &= (byte) ~RegisterB.CLEARED_BY_RESET;
        flags = 0;
        backlog = 0;
        index = 0;
        nmiMasked = true;
        updateInterrupt();
        arm();
    }

    private void powerOn() {
        powered = true;
        for (RtcRegister register : RtcRegister.values()) {
            ram[register.index] = (byte) register.powerOn;
        }
        valid = nvram.load(ram);
        LocalDateTime time = powerOn.get();
        calendar.format(b());
        calendar.set(time);
        divider.start(timers.now(), time.getNano());
        divider.select(dv(), rs());
    }

    RtcState save() {
        count();
        return new RtcState(
                ram.clone(),
                index,
                nmiMasked,
                flags,
                valid,
                calendar.fellBack(),
                backlog,
                divider.now(),
                divider.phase(),
                divider.edge());
    }

    /** Goes on where a predecessor stopped; a machine whose time is younger goes on from its own now. */
    void restore(RtcState saved) {
        powered = true;
        System.arraycopy(saved.ram(), 0, ram, 0, ram.length);
        index = saved.index();
        nmiMasked = saved.nmiMasked();
        flags = saved.flags();
        valid = saved.valid();
        backlog = saved.backlog();
        calendar.format(b());
        calendar.fellBack(saved.fellBack());
        divider.selected(dv(), rs());
        divider.restore(Math.min(saved.now(), timers.now()), saved.phase(), saved.edge());
        nvram.replaced(ram);
        count();
        updateInterrupt();
        arm();
    }

    void inspect(Inspector out) {
        count();
        for (RtcRegister register : RtcRegister.values()) {
            if (register != RtcRegister.RAM) {
                out.register(register.name(), peek(register), 1);
            }
        }
        out.register("index", index, 1);
        out.flag("NMI masked", nmiMasked);
        out.text("time", calendar.toString());
        out.number("nanoseconds into the second", divider.phase());
        Outlook.show(out, divider, calendar, divider.running() && !set(RegisterB.SET));
        out.number("periodic interrupts owed", backlog);
        out.flag("interrupt line", line.raised());
        out.text("NVRAM", nvram.description());
    }
}
