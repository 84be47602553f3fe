package io.trapline.uart;

import io.trapline.device.DeviceState;
import io.trapline.uart.UartRegister.Fcr;
import io.trapline.uart.UartRegister.Ier;
import io.trapline.uart.UartRegister.Lsr;
import io.trapline.uart.UartRegister.Mcr;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The registers and what is behind them, as they go from one UART to the next: {@code uart.16550a}, version 2.
 * Version 1, which knew no shift register and counted the time-out from the last character, is read too.
 *
 * @param now machine time at which it was saved; all other times count from the same moment
 * @param pace the last divisor that was not 0
 */
record UartState(
        long now,
        int ier,
        int fcr,
        int lcr,
        int mcr,
        int msr,
        int scr,
        int divisor,
        int pace,
        Receiver.State receiver,
        Transmitter.State transmitter) {
    static final String SCHEMA = "uart.16550a";
    static final int VERSION = 2;

    private static final int BYTE = 0xFF;
    private static final int RECEIVER_STATUS = BYTE & ~(Lsr.THRE | Lsr.TEMT);
    private static final int RECEIVED = Lsr.OF_A_CHARACTER << 8 | BYTE;

    /** More than four of the longest characters: no deadline is farther ahead. */
    private static final long LONGEST_WAIT = 30_000_000_000L;

    /** Refuses what is no state of this UART, so that a restore takes all of it or nothing. */
    static UartState of(DeviceState state) {
        state.require(SCHEMA, VERSION);
        Reader reader = new Reader(state);
        return state.version() == 1 ? reader.version1() : reader.version2();
    }

    /** The same in plain values. */
    DeviceState toDeviceState() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("now", now);
        values.put("ier", ier);
        values.put("fcr", fcr);
        values.put("lcr", lcr);
        values.put("mcr", mcr);
        values.put("msr", msr);
        values.put("scr", scr);
        values.put("divisor", divisor);
        values.put("pace", pace);
        values.put("received", receiver.characters());
        values.put("rbr", receiver.rbr());
        values.put("receiverStatus", receiver.status());
        values.put("timedOut", receiver.timedOut());
        values.put("timeOut", receiver.deadline());
        values.put("transmitted", transmitter.characters());
        values.put("shift", transmitter.shift());
        values.put("shiftEnd", transmitter.due());
        values.put("shiftHeld", transmitter.held());
        values.put("thre", transmitter.empty());
        values.put("threDelayed", transmitter.indication());
        values.put("threPair", transmitter.pair());
        values.put("threInterrupt", transmitter.interrupt());
        return new DeviceState(SCHEMA, VERSION, values);
    }

    /** Takes values out of a state, and refuses those that make no sense. */
    private record Reader(DeviceState state) {
        UartState version1() {
            int divisor = bits("divisor", 0xFFFF);
            int pace = Math.max(divisor, 1);
            long moved = within("moved", 0, Long.MAX_VALUE - LONGEST_WAIT);
            LineFormat format = new LineFormat();
            format.restore(bits("lcr", BYTE), divisor, pace);
            int[] sent = characters("transmitted", BYTE);
            int[] received = characters("received", RECEIVED);
            boolean fifos = (bits("fcr", Fcr.KEPT) & Fcr.ENABLE) != 0;
            return registers(
                    moved,
                    pace,
                    receiver(
                            fifos || received.length == 0 ? 0 : received[0] & BYTE,
                            moved + format.characters(4)),
                    new Transmitter.State(
                            sent,
                            Transmitter.State.LEAST_SHIFT,
                            0,
                            false,
                            sent.length == 0,
                            0,
                            false,
                            state.flag("thrEmpty")));
        }

        UartState version2() {
            long now = within("now", 0, Long.MAX_VALUE - LONGEST_WAIT);
            long latest = now + LONGEST_WAIT;
            int[] sent = characters("transmitted", BYTE);
            int shift =
                    (int)
                            within(
                                    "shift",
                                    Transmitter.State.LEAST_SHIFT,
                                    Transmitter.State.MOST_SHIFT);
            boolean held = state.flag("shiftHeld");
            boolean empty = state.flag("thre");
            require(!held || shift >= 0, "shiftHeld");
            require(!empty || sent.length == 0, "thre");
            long delayed = within("threDelayed", 0, latest);
            long end = within("shiftEnd", 0, latest);
            boolean ends = sent.length == 0 && shift >= 0 && !held && delayed <= end;
            require(delayed == 0 || !empty && ends, "threDelayed");
            return registers(
                    now,
                    (int) within("pace", 1, 0xFFFF),
                    receiver(bits("rbr", BYTE), within("timeOut", 0, latest)),
                    new Transmitter.State(
                            sent,
                            shift,
                            end,
                            held,
                            empty,
                            delayed,
                            state.flag("threPair"),
                            state.flag("threInterrupt")));
        }

        private UartState registers(
                long now, int pace, Receiver.State receiver, Transmitter.State transmitter) {
            return new UartState(
                    now,
                    bits("ier", Ier.MASK),
                    bits("fcr", Fcr.KEPT),
                    bits("lcr", BYTE),
                    bits("mcr", Mcr.MASK),
                    bits("msr", BYTE),
                    bits("scr", BYTE),
                    bits("divisor", 0xFFFF),
                    pace,
                    receiver,
                    transmitter);
        }

        private Receiver.State receiver(int rbr, long deadline) {
            int[] received = characters("received", RECEIVED);
            int status = bits("receiverStatus", RECEIVER_STATUS);
            require((status & Lsr.DR) != 0 == received.length > 0, "receiverStatus");
            return new Receiver.State(received, rbr, status, state.flag("timedOut"), deadline);
        }

        private int[] characters(String name, int mask) {
            int[] characters = state.ints(name);
            boolean fifos = (bits("fcr", Fcr.KEPT) & Fcr.ENABLE) != 0;
            require(characters.length <= (fifos ? Fifo.LENGTH : 1), name);
            for (int character : characters) {
                require((character & ~mask) == 0, name);
            }
            return characters;
        }

        private int bits(String name, int mask) {
            long value = state.number(name);
            require((value & ~mask) == 0, name);
            return (int) value;
        }

        private long within(String name, long least, long most) {
            long value = state.number(name);
            require(value >= least && value <= most, name);
            return value;
        }

        private void require(boolean sane, String name) {
            if (!sane) {
                throw new IllegalArgumentException(
                        "state " + SCHEMA + ": " + name + " makes no sense: " + shown(name));
            }
        }

        private String shown(String name) {
            return state.values().get(name) instanceof int[] many
                    ? java.util.Arrays.toString(many)
                    : String.valueOf(state.values().get(name));
        }
    }
}
