package io.trapline.uart;

import io.trapline.device.Device;
import io.trapline.fuzz.Configuration;
import io.trapline.fuzz.Input;
import io.trapline.fuzz.World;
import io.trapline.tck.TestBoard;
import io.trapline.uart.UartRegister.Fcr;
import io.trapline.uart.UartRegister.Ier;
import io.trapline.uart.UartRegister.Iir;
import io.trapline.uart.UartRegister.Lsr;
import io.trapline.uart.UartRegister.Mcr;
import io.trapline.uart.UartRegister.Msr;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ObjIntConsumer;

/** A machine with a UART, and a chardev whose other end is the program. */
final class UartWorld implements World {
    private static final long ADDRESS = 0xFE00_0000L;
    private static final List<Map<String, Object>> PLACES =
            List.of(
                    Map.of("com", 1),
                    Map.of("address", ADDRESS, "stride", 4),
                    Map.of("com", 2),
                    Map.of("address", ADDRESS, "stride", 2),
                    Map.of("address", ADDRESS, "stride", 1));
    private static final String[] TRANSMIT = {"instant", "timed"};

    private final TestBoard board = new TestBoard("com1");
    private final Map<String, Object> settings;
    private final ScriptedChardev chardev;
    private final UartDevice device;

    private UartWorld(Map<String, Object> settings, ScriptedChardev chardev, long now) {
        this.settings = settings;
        this.chardev = chardev;
        board.time().jump(now);
        device =
                new UartDevice(
                        Configuration.of(UartDevice.Config.class, settings),
                        (spec, owner) -> chardev);
        device.install(board);
    }

    static UartWorld of(Input input) {
        int variant = input.next();
        Map<String, Object> settings = new HashMap<>(PLACES.get(variant % PLACES.size()));
        settings.put("transmit", TRANSMIT[variant / PLACES.size() % TRANSMIT.length]);
        return new UartWorld(settings, new ScriptedChardev(), 0);
    }

    @Override
    public World another() {
        return new UartWorld(settings, chardev.copy(), board.time().now());
    }

    @Override
    public TestBoard board() {
        return board;
    }

    @Override
    public Device device() {
        return device;
    }

    @Override
    public void happen(int what, int detail) {
        Event.of(what).happens.accept(chardev, detail);
    }

    @Override
    public String name(int what, int detail) {
        return Event.of(what) + " " + detail;
    }

    /** What happens at the other end of the chardev. */
    private enum Event {
        TYPES((chardev, first) -> chardev.type(first, 1)),
        TYPES_MANY((chardev, count) -> chardev.type(count, count)),
        GARBLES(ScriptedChardev::garble),
        READS(ScriptedChardev::room),
        COMES_OR_GOES((chardev, coming) -> chardev.connect(coming % 2 == 0)),
        TELLS_NOTHING((chardev, readable) -> chardev.tell(readable % 2 == 0)),
        STOPS_READING((chardev, ignored) -> chardev.room(0));

        private final ObjIntConsumer<ScriptedChardev> happens;

        Event(ObjIntConsumer<ScriptedChardev> happens) {
            this.happens = happens;
        }

        static Event of(int what) {
            Event[] all = values();
            return all[what % all.length];
        }
    }

    @Override
    public Object seen() {
        return chardev.seen();
    }

    @Override
    public int told() {
        return chardev.told();
    }

    /** Table IV again, from what is shown alone; and LSR as §8.3 has it. */
    @Override
    public void check(Map<String, Object> shown) {
        Registers uart = new Registers(shown);
        int received = uart.number("receiver FIFO");
        int depth = (uart.number("FCR") & Fcr.ENABLE) != 0 ? Fifo.LENGTH : 1;
        uart.want(received <= depth, "the receiver has no more than it has room for");
        uart.want(
                uart.number("transmitter FIFO") <= depth,
                "the transmitter has no more than it has room for");
        uart.want(uart.has("LSR", Lsr.DR) == received > 0, "DR: there is a character");
        uart.want(
                !uart.has("LSR", Lsr.THRE) || uart.number("transmitter FIFO") == 0,
                "THRE: nothing is in the transmitter FIFO");
        uart.want(
                uart.has("LSR", Lsr.TEMT)
                        == (uart.has("LSR", Lsr.THRE) && !uart.flag("shift register in use")),
                "TEMT: nothing is in the shift register either");
        uart.want(
                (uart.number("IIR") & ~(Iir.FIFOS | 0x0F)) == 0
                        && (uart.number("IIR") & 0x0F) == uart.interruptId(received),
                "IIR is table IV's");
        uart.want(
                (uart.number("IIR") & Iir.FIFOS) == (depth > 1 ? Iir.FIFOS : 0),
                "IIR bits 6 and 7: FIFOs");
        boolean open = (uart.number("MCR") & (Mcr.OUT2 | Mcr.LOOP)) == Mcr.OUT2;
        uart.want(
                board.lines().get(0).raised() == (open && !uart.has("IIR", Iir.NONE)),
                "the line is INTR behind OUT2");
    }

    private record Registers(Map<String, Object> shown) {
        int number(String name) {
            return ((Number) shown.get(name)).intValue();
        }

        boolean flag(String name) {
            return (Boolean) shown.get(name);
        }

        boolean has(String name, int bit) {
            return (number(name) & bit) != 0;
        }

        int interruptId(int received) {
            if (has("IER", Ier.ELSI) && has("LSR", Lsr.CLEARED_BY_READ)) {
                return Iir.LINE_STATUS;
            } else if (has("IER", Ier.ERBFI) && flag("character time-out")) {
                return Iir.TIME_OUT;
            } else if (has("IER", Ier.ERBFI) && received >= number("receiver trigger level")) {
                return Iir.DATA;
            } else if (has("IER", Ier.ETBEI) && flag("THRE interrupt latched")) {
                return Iir.THR_EMPTY;
            }
            return has("IER", Ier.EDSSI) && has("MSR", Msr.DELTAS) ? Iir.MODEM : Iir.NONE;
        }

        void want(boolean held, String what) {
            if (!held) {
                throw new AssertionError("does not hold: " + what + "; shown " + shown);
            }
        }
    }
}
