package io.trapline.uart;

import io.trapline.device.DeviceState;
import io.trapline.uart.UartRegister.Fcr;
import io.trapline.uart.UartRegister.Ier;
import io.trapline.uart.UartRegister.Lsr;
import io.trapline.uart.UartRegister.Mcr;
import java.util.LinkedHashMap;
import java.util.Map;

/** The registers and what is behind them, as they go from one UART to the next: {@code uart.16550a}, version 1. */
record UartState(
        int ier,
        int fcr,
        int lcr,
        int mcr,
        int msr,
        int scr,
        int divisor,
        Receiver.State receiver,
        Transmitter.State transmitter) {
    static final String SCHEMA = "uart.16550a";
    static final int VERSION = 1;

    private static final int BYTE = 0xFF;
    private static final int RECEIVER_STATUS = BYTE & ~(Lsr.THRE | Lsr.TEMT);
    private static final int RECEIVED = Lsr.OF_A_CHARACTER << 8 | BYTE;

    /** Refuses what is no state of this UART, so that a restore takes all of it or nothing. */
    static UartState of(DeviceState state) {
        state.require(SCHEMA, VERSION);
        int fcr = bits(state, "fcr", Fcr.KEPT);
        int depth = (fcr & Fcr.ENABLE) != 0 ? Fifo.LENGTH : 1;
        return new UartState(
                bits(state, "ier", Ier.MASK),
                fcr,
                bits(state, "lcr", BYTE),
                bits(state, "mcr", Mcr.MASK),
                bits(state, "msr", BYTE),
                bits(state, "scr", BYTE),
                bits(state, "divisor", 0xFFFF),
                new Receiver.State(
                        characters(state, "received", depth, RECEIVED),
                        bits(state, "receiverStatus", RECEIVER_STATUS),
                        state.flag("timedOut"),
                        state.number("moved")),
                new Transmitter.State(
                        characters(state, "transmitted", depth, BYTE), state.flag("thrEmpty")));
    }

    /** The same in plain values. */
    DeviceState toDeviceState() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("ier", ier);
        values.put("fcr", fcr);
        values.put("lcr", lcr);
        values.put("mcr", mcr);
        values.put("msr", msr);
        values.put("scr", scr);
        values.put("divisor", divisor);
        values.put("received", receiver.characters());
        values.put("receiverStatus", receiver.status());
        values.put("timedOut", receiver.timedOut());
        values.put("moved", receiver.moved());
        values.put("transmitted", transmitter.characters());
        values.put("thrEmpty", transmitter.interrupt());
        return new DeviceState(SCHEMA, VERSION, values);
    }

    private static int bits(DeviceState state, String name, int mask) {
        return checked(name, state.number(name), mask);
    }

    private static int[] characters(DeviceState state, String name, int limit, int mask) {
        int[] characters = state.ints(name);
        if (characters.length > limit) {
            throw new IllegalArgumentException(
                    "state " + SCHEMA + ": " + name + " is too long: " + characters.length);
        }
        for (int character : characters) {
            checked(name, character, mask);
        }
        return characters;
    }

    private static int checked(String name, long value, int mask) {
        if ((value & ~mask) != 0) {
            throw new IllegalArgumentException(
                    "state " + SCHEMA + ": " + name + " is out of range: " + value);
        }
        return (int) value;
    }
}
