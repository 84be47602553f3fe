package io.trapline.fuzz;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.device.Board;
import io.trapline.device.Device;
import io.trapline.device.DeviceState;
import io.trapline.device.Inspector;
import io.trapline.device.InterruptLine;
import io.trapline.device.Region;
import io.trapline.device.Timers;
import io.trapline.tck.TestBoard;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** A trial sees what may be wrong with a device: each fault is planted in an alarm clock, and found. */
class TrialTest {
    // spotless:off
    private static final byte[] PROGRAM = {
        0x43, 0, 5,             // write 5 to offset 0: an alarm in 5 ns
        (byte) 0xC0, 0,         // read it
        0x4D,                   // swap
        0x40, 0,                // read it
        0x48, 3, 0,             // 8 ns pass
        0x40, 1,                // read how often it rang
        0x4E, 0, 0, 6, 0,       // restore a state without one of its values
        0x4F, 0x4F, 0x4F, 0x4F, // reset, four times
        (byte) 0xC0, 0,
    };
    // spotless:on

    private enum Fault {
        NONE,
        STATE_LACKS_A_VALUE,
        ALARM_IS_NOT_ARMED_AGAIN,
        LOOKING_CHANGES_A_VALUE,
        LINE_STAYS_LOW,
        TIMERS_GROW,
        TASKS_GROW,
        STATE_GROWS,
        READING_THROWS,
        RESTORING_THROWS,
    }

    /** Offset 0: nanoseconds to the alarm, set anew by each write. Offset 1: how often it has rung. */
    private static final class AlarmClock implements Device, Region {
        private final Fault fault;
        private Board board;
        private InterruptLine line;
        private Timers.Timer timer;
        private int delay;
        private int rung;

        AlarmClock(Fault fault) {
            this.fault = fault;
        }

        @Override
        public void install(Board installed) {
            board = installed;
            line = board.interrupt(5);
            timer = board.timers().timer(this::ring);
            board.ports(0x100, 2, this);
        }

        private void ring() {
            rung++;
            if (fault != Fault.LINE_STAYS_LOW) {
                line.raise();
            }
        }

        @Override
        public void reset() {
            timer.cancel();
            line.lower();
            delay = 0;
            rung = 0;
            if (fault == Fault.TIMERS_GROW) {
                timer = board.timers().timer(this::ring);
            }
        }

        @Override
        public long read(long offset, int width) {
            if (fault == Fault.READING_THROWS && rung == 1) {
                throw new IndexOutOfBoundsException("planted");
            } else if (fault == Fault.TASKS_GROW) {
                board.post(() -> {});
            }
            return offset == 0 ? delay : rung;
        }

        @Override
        public void write(long offset, int width, long value) {
            delay = (int) value & 0xFF;
            timer.at(board.timers().now() + delay);
        }

        @Override
        public DeviceState save() {
            byte[] padding = new byte[fault == Fault.STATE_GROWS ? rung * 4096 : 0];
            return new DeviceState(
                    "alarm",
                    1,
                    Map.of(
                            "delay",
                            fault == Fault.STATE_LACKS_A_VALUE ? 0 : delay,
                            "deadline",
                            timer.armed() ? timer.deadline() : -1L,
                            "rung",
                            rung,
                            "padding",
                            padding));
        }

        @Override
        public void restore(DeviceState state) {
            if (fault == Fault.RESTORING_THROWS && state.values().size() < 4) {
                throw new NullPointerException("planted");
            }
            delay = (int) state.number("delay");
            rung = (int) state.number("rung");
            state.bytes("padding");
            long deadline = state.number("deadline");
            if (deadline >= 0 && fault != Fault.ALARM_IS_NOT_ARMED_AGAIN) {
                timer.at(deadline);
            }
            line.set(rung > 0);
        }

        @Override
        public void inspect(Inspector out) {
            out.number("rung", rung);
            if (fault == Fault.LOOKING_CHANGES_A_VALUE) {
                delay++;
            }
        }
    }

    private static final class AlarmWorld implements World {
        private final TestBoard board = new TestBoard("alarm");
        private final AlarmClock device;

        AlarmWorld(Fault fault, long now) {
            device = new AlarmClock(fault);
            board.time().jump(now);
            device.install(board);
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
        public World another() {
            return new AlarmWorld(device.fault, board.time().now());
        }

        @Override
        public void happen(int what, int detail) {}

        @Override
        public String name(int what, int detail) {
            return "nothing";
        }

        @Override
        public Object seen() {
            return "";
        }

        @Override
        public int told() {
            return 0;
        }

        @Override
        public void check(Map<String, Object> shown) {
            boolean rung = (Long) shown.get("rung") > 0;
            if (rung != board.line(5).raised()) {
                throw new AssertionError("the line is not what has rung: " + shown);
            }
        }
    }

    private static void run(Fault fault) {
        Trial.run(PROGRAM, input -> new AlarmWorld(fault, 0));
    }

    @Test
    void findsNothingWhereNothingIsWrong() {
        assertDoesNotThrow(() -> run(Fault.NONE));
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
    void findsEachFault(Fault fault) {
        AssertionError found = assertThrows(AssertionError.class, () -> run(fault));

        assertTrue(found.getMessage().contains("\nafter\n  reset"), found.getMessage());
    }
}
