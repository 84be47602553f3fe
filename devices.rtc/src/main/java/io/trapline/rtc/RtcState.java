package io.trapline.rtc;

import io.trapline.device.DeviceState;
import io.trapline.rtc.RtcRegister.Index;
import io.trapline.rtc.RtcRegister.RegisterB;
import io.trapline.rtc.RtcRegister.RegisterC;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * All bytes of the chip and what is behind them, as they go from one clock to the next: {@code rtc.mc146818a},
 * version 1.
 *
 * @param ram the bytes as the index reaches them; those of registers C and D are 0
 * @param index what the index port selects
 * @param nmiMasked bit 7 of the index port
 * @param flags PF, AF, UF
 * @param valid VRT
 * @param fellBack whether the hour that comes twice on October's last Sunday has come once
 * @param backlog periodic interrupts still to be given
 * @param now machine time up to which all is counted
 * @param phase nanoseconds since the last update
 * @param edge the last edge of the periodic interrupt, periods of 32 768 Hz since the last update
 */
record RtcState(
        byte[] ram,
        int index,
        boolean nmiMasked,
        int flags,
        boolean valid,
        boolean fellBack,
        int backlog,
        long now,
        long phase,
        long edge) {
    static final String SCHEMA = "rtc.mc146818a";
    static final int VERSION = 1;

    /** Refuses what is no state of this clock, so that a restore takes all of it or nothing. */
    static RtcState of(DeviceState state) {
        state.require(SCHEMA, VERSION);
        byte[] ram = ram(state.bytes("ram"));
        long phase = within(state, "phase", 0, Divider.SECOND - 1);
        return new RtcState(
                ram,
                (int) within(state, "index", 0, Index.INDEX),
                state.flag("nmiMasked"),
                (int) bits("flags", state.number("flags"), RegisterC.FLAGS),
                state.flag("valid"),
                state.flag("fellBack"),
                (int) within(state, "backlog", 0, Rtc.BACKLOG_LIMIT),
                within(state, "now", 0, Long.MAX_VALUE),
                phase,
                edge(state, ram[RtcRegister.A.index], phase));
    }

    /** The same in plain values. */
    DeviceState toDeviceState() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("ram", ram);
        values.put("index", index);
        values.put("nmiMasked", nmiMasked);
        values.put("flags", flags);
        values.put("valid", valid);
        values.put("fellBack", fellBack);
        values.put("backlog", backlog);
        values.put("now", now);
        values.put("phase", phase);
        values.put("edge", edge);
        return new DeviceState(SCHEMA, VERSION, values);
    }

    private static byte[] ram(byte[] ram) {
        if (ram.length != RtcRegister.BYTES) {
            throw refused("ram", ram.length + " bytes");
        }
        for (RtcRegister register : RtcRegister.values()) {
            bits(register.name(), ram[register.index] & 0xFF, register.written);
        }
        int b = ram[RtcRegister.B.index];
        if ((b & RegisterB.SET) != 0) {
            bits("B", b & 0xFF, ~RegisterB.UIE);
        }
        return ram;
    }

    /** The last edge is less than a period ago. */
    private static long edge(DeviceState state, int a, long phase) {
        int period = Divider.period(a & RtcRegister.RegisterA.RS);
        long chain = Divider.crystal(phase);
        return within(state, "edge", period == 0 ? 0 : chain - period + 1, period == 0 ? 0 : chain);
    }

    private static long bits(String name, long value, long mask) {
        if ((value & ~mask) != 0) {
            throw refused(name, value);
        }
        return value;
    }

    private static long within(DeviceState state, String name, long least, long most) {
        long value = state.number(name);
        if (value < least || value > most) {
            throw refused(name, value);
        }
        return value;
    }

    private static IllegalArgumentException refused(String name, Object value) {
        return new IllegalArgumentException(
                "state " + SCHEMA + ": " + name + " is out of range: " + value);
    }
}
