package io.trapline.rtc;

import io.trapline.device.Device;
import io.trapline.fuzz.Configuration;
import io.trapline.fuzz.Input;
import io.trapline.fuzz.World;
import io.trapline.rtc.RtcRegister.RegisterA;
import io.trapline.rtc.RtcRegister.RegisterB;
import io.trapline.rtc.RtcRegister.RegisterC;
import io.trapline.rtc.RtcRegister.RegisterD;
import io.trapline.tck.TestBoard;
import io.trapline.tck.TestMemory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;

/** A machine with a clock, and a host whose own clock is put forward and back. */
final class RtcWorld implements World {
    private static final String[] BASES = {
        "utc", "2020-02-28T23:59:50", "localtime", "2099-12-31T23:59:59", "2004-10-31T00:59:50"
    };
    private static final String[] TICKS = {"discard", "slew"};
    private static final long NEVER = Long.MAX_VALUE;
    private static final long[] MIB = {0, 1, 64, 5 << 10};

    private final TestBoard board;
    private final Map<String, Object> settings;
    private final RtcDevice device;
    private Clock host;

    private RtcWorld(Map<String, Object> settings, long ram, Clock host, long now) {
        this.settings = settings;
        this.host = host;
        board = new TestBoard("rtc", new TestMemory(ram));
        board.time().jump(now);
        device = new RtcDevice(Configuration.of(RtcDevice.Config.class, settings), new HostClock());
        device.install(board);
    }

    private final class HostClock extends Clock {
        @Override
        public ZoneId getZone() {
            return host.getZone();
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return host.withZone(zone);
        }

        @Override
        public Instant instant() {
            return host.instant();
        }
    }

    static RtcWorld of(Input input) {
        int variant = input.next();
        return new RtcWorld(
                Map.of(
                        "base", BASES[variant % BASES.length],
                        "ticks", TICKS[variant / BASES.length % TICKS.length]),
                MIB[variant / (BASES.length * TICKS.length) % MIB.length] << 20,
                Clock.fixed(Instant.parse("2023-06-30T22:29:58.750Z"), ZoneId.of("+02:30")),
                0);
    }

    @Override
    public World another() {
        return new RtcWorld(settings, board.memory().size(), host, board.time().now());
    }

    @Override
    public TestBoard board() {
        return board;
    }

    @Override
    public Device device() {
        return device;
    }

    /** The host's clock steps; no guest must see it. */
    @Override
    public void happen(int what, int detail) {
        host = Clock.offset(host, step(what, detail));
    }

    @Override
    public String name(int what, int detail) {
        return "the host's clock steps by " + step(what, detail);
    }

    private static Duration step(int what, int detail) {
        return Duration.ofMinutes(what - 128L).plusSeconds(detail);
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
        Registers rtc = new Registers(shown);
        int flags = rtc.number("C") & RegisterC.FLAGS;
        boolean interrupting = (flags & rtc.number("B")) != 0;
        rtc.want(board.line(8).raised() == interrupting, "the line is a flag and its enable");
        rtc.want(
                rtc.number("C") == (flags | (interrupting ? RegisterC.IRQF : 0)),
                "C has flags and IRQF");
        rtc.want((rtc.number("D") & ~RegisterD.VRT) == 0, "D has VRT and nothing else");
        boolean set = (rtc.number("B") & RegisterB.SET) != 0;
        rtc.want(!set || (rtc.number("A") & RegisterA.UIP) == 0, "no update while SET");
        rtc.want(!set || (rtc.number("B") & RegisterB.UIE) == 0, "SET clears UIE");
        rtc.want(
                rtc.number("periodic interrupts owed") <= Rtc.BACKLOG_LIMIT,
                "the backlog has an end");
        rtc.want(rtc.number("nanoseconds into the second") < 1_000_000_000, "phase");

        long comes = rtc.next(rtc.number("B") & ~flags);
        rtc.want(
                comes == NEVER
                        ? board.time().armed() == 0
                        : board.time().deadline() - board.time().now() <= comes,
                "the timer waits for what will come, and for nothing else");
    }

    private record Registers(Map<String, Object> shown) {
        int number(String name) {
            return ((Number) shown.get(name)).intValue();
        }

        /** Nanoseconds to the first of these interrupts. */
        long next(int awaited) {
            return Math.min(
                    next(awaited & RegisterB.PIE, "periodic interrupt"),
                    Math.min(
                            next(awaited & RegisterB.UIE, "update"),
                            next(awaited & RegisterB.AIE, "alarm, at the earliest")));
        }

        private long next(int awaited, String event) {
            Object nanos = shown.get("next, ns from now/" + event);
            return awaited == 0 || nanos == null ? NEVER : (Long) nanos;
        }

        void want(boolean held, String what) {
            if (!held) {
                throw new AssertionError("does not hold: " + what + "; shown " + shown);
            }
        }
    }
}
