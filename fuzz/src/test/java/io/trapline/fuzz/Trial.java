package io.trapline.fuzz;

import io.trapline.device.Device;
import io.trapline.device.DeviceState;
import io.trapline.tck.ManualTimers;
import io.trapline.tck.Shown;
import io.trapline.tck.TestBoard;
import io.trapline.tck.TestClaim;
import io.trapline.tck.TestLine;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * One program, run on two machines at once. The one is left alone; in the other the device is inspected and saved,
 * and replaced by a successor, now and then. Nobody must be able to tell them apart.
 *
 * <p>Checked after each step: no exception; the same answers, lines and effects outside; timers and tasks do not
 * grow. At each look: what the device shows is in itself consistent ({@link World#check}), and its state does not
 * grow. At each swap and at the end: what a successor saves is what it was given.
 */
public final class Trial {
    private static final int STEPS = 500;
    private static final int STATE_LIMIT = 1024;

    /** In the code of a step: what was posted runs before it. */
    private static final int RUN = 0x80;

    /** In the code of a step: after it, one of the two is looked at. */
    private static final int LOOK = 0x40;

    private static final int SELDOM = 0xE0;

    /** Timers that a device may make in its life. */
    private static final int TIMERS = 4;

    private final Input input;
    private final StringBuilder trace; // null: nobody reads it
    private Side alone;
    private Side watched;
    private boolean late; // time has jumped, and timers whose deadline has passed have not run

    /** One of the two machines. */
    private static final class Side {
        private final World world;
        private long edges; // the lines' edges when the two sides began to be alike
        private int ran; // tasks

        Side(World world) {
            this.world = world;
        }

        TestBoard board() {
            return world.board();
        }

        Device device() {
            return world.device();
        }

        void run() {
            ran += board().run();
        }

        long edges() {
            long sum = 0;
            for (TestLine line : board().lines()) {
                sum += line.edges();
            }
            return sum - edges;
        }

        /** A bit for each line that is high. */
        int levels() {
            int levels = 0;
            for (TestLine line : board().lines()) {
                levels |= line.raised() ? 1 << line.gsi() : 0;
            }
            return levels;
        }

        String interrupts() {
            return "levels 0x" + Integer.toHexString(levels()) + ", " + edges() + " edges";
        }

        void bounded() {
            int tasks = ran + board().mailbox().size();
            if (tasks > world.told()) {
                throw new AssertionError(tasks + " tasks after " + world.told() + " events");
            }
            int timers = board().time().count();
            if (timers > TIMERS) {
                throw new AssertionError(timers + " timers made");
            }
        }
    }

    private Trial(byte[] bytes, Function<Input, World> first, StringBuilder trace) {
        this.input = new Input(bytes);
        this.trace = trace;
        alone = new Side(first.apply(input));
        watched = new Side(alone.world.another());
    }

    /**
     * Runs a program.
     *
     * @param bytes the fuzzer's
     * @param first makes the first machine, of a configuration that the first bytes say
     * @throws AssertionError if something is wrong, with the steps that led to it
     */
    public static void run(byte[] bytes, Function<Input, World> first) {
        try {
            new Trial(bytes, first, null).run();
        } catch (RuntimeException | AssertionError | StackOverflowError e) {
            StringBuilder trace = new StringBuilder();
            try {
                new Trial(bytes, first, trace).run();
            } catch (RuntimeException | AssertionError | StackOverflowError again) {
                throw new AssertionError(again + "\nafter" + trace, again);
            }
            throw new AssertionError("not a second time: " + e, e);
        }
    }

    private void run() {
        reset();
        for (int steps = 0; steps < STEPS && !input.isEmpty(); steps++) {
            boolean look = (input.peek() & LOOK) != 0;
            step();
            compare();
            if (look) {
                look();
            }
        }
        swap();
        look();
        compare();
    }

    private static long done(Runnable task) {
        task.run();
        return 0;
    }

    /** Does the same to both, and wants the same answer. */
    private void both(Supplier<String> what, ToLongFunction<Side> step) {
        note(what);
        long answer = step.applyAsLong(alone);
        if (trace != null) {
            trace.append(" = ").append(Long.toHexString(answer));
        }
        long other = step.applyAsLong(watched);
        if (answer != other) {
            throw different(what.get(), Long.toHexString(answer), Long.toHexString(other));
        }
    }

    private void note(Supplier<String> what) {
        if (trace != null) {
            trace.append("\n  ").append(what.get());
        }
    }

    private static AssertionError different(String what, String alone, String watched) {
        return new AssertionError(
                what + ": " + alone + ", but with swaps and looks in between " + watched);
    }

    // ---- The steps

    private void step() {
        int code = input.next();
        if ((code & RUN) != 0) {
            runPosted();
        }
        switch (code & 0x0F) {
            case 0, 1, 2 -> read();
            case 3, 4, 5 -> write();
            case 6 -> writeTwo();
            case 7 -> writeAndRead();
            case 8 -> advance(input.nanos());
            case 9 -> toDeadline(input.below(3));
            case 10 -> jump(input.nanos());
            case 11, 12 -> happen();
            case 13 -> swap();
            case 14 -> spoil();
            default -> reset();
        }
    }

    /** A place that a guest can reach, in three bytes at most. */
    private record Place(int claim, long offset, int width) {
        static Place of(Side side, Input input) {
            List<TestClaim> claims = side.board().claims();
            int claim = input.below(claims.size());
            int code = input.next();
            int width = (code & 0x30) == 0x30 ? 1 << (code >> 6) : 1;
            long length = claims.get(claim).length();
            if (width > length || width == 8 && claims.get(claim).ports()) {
                width = 1;
            }
            int offset = length > 16 ? input.next() : code & 0x0F;
            if (length > 256) {
                offset |= input.next() << 8;
            }
            return new Place(claim, offset % (length - width + 1), width);
        }

        TestClaim in(Side side) {
            return side.board().claims().get(claim);
        }
    }

    private void read() {
        read(Place.of(alone, input));
    }

    private void read(Place at) {
        both(() -> "read " + at, side -> at.in(side).read(at.offset, at.width));
    }

    private void write() {
        Place at = Place.of(alone, input);
        write(at, input.number(at.width));
    }

    private void write(Place at, long value) {
        both(
                () -> "write " + at + " " + Long.toHexString(value),
                side -> done(() -> at.in(side).write(at.offset, at.width, value)));
    }

    /** What an index and its data are; elsewhere, two writes. */
    private void writeTwo() {
        write(new Place(0, 0, 1), index());
        write(new Place(0, 1, 1), input.next());
    }

    /** Mostly one of the first, where registers are. */
    private int index() {
        int code = input.next();
        return code < SELDOM ? code & 0x0F : code;
    }

    private void writeAndRead() {
        write(new Place(0, 0, 1), index());
        read(new Place(0, 1, 1));
    }

    private void advance(long nanos) {
        both(() -> "advance " + nanos, side -> done(() -> side.board().time().advance(nanos)));
        late = false;
    }

    private void toDeadline(int which) {
        ManualTimers time = alone.board().time();
        if (time.armed() > 0) {
            advance(Math.max(0, time.deadline() - time.now() + which - 1));
        }
    }

    private void jump(long nanos) {
        both(() -> "jump " + nanos, side -> done(() -> side.board().time().jump(nanos)));
        late = true;
    }

    private void happen() {
        int what = input.next();
        int detail = input.next();
        both(
                () -> "outside: " + alone.world.name(what, detail),
                side -> done(() -> side.world.happen(what, detail)));
    }

    private void runPosted() {
        both(() -> "run what was posted", side -> done(side::run));
    }

    private void reset() {
        both(() -> "reset", side -> done(side.device()::reset));
    }

    /** All that is due has happened: only then two devices must save the same. */
    private void settle() {
        both(() -> "settle", side -> done(side.world::settle));
        runPosted();
        advance(0);
        runPosted();
    }

    /** The device that is watched gets a successor. */
    private void swap() {
        settle();
        note(() -> "swap");
        DeviceState state = watched.device().save();
        sameState("saved", alone.device().save(), state);
        succeed(state);
    }

    private void succeed(DeviceState state) {
        watched = new Side(alone.world.another());
        watched.device().restore(state);
        watched.run();
        DeviceState again = watched.device().save();
        sameState("saved by a successor", state, again);
        alone.edges += alone.edges();
        watched.edges += watched.edges();
    }

    private static void sameState(String what, DeviceState alone, DeviceState watched) {
        if (!States.equal(alone, watched)) {
            throw different(what, States.text(alone), States.text(watched));
        }
    }

    /** A state that nobody saved, or somebody else did: it is refused, or the device goes on from there. */
    private void spoil() {
        settle();
        DeviceState state = States.spoiled(alone.device().save(), input);
        note(() -> "restore " + States.text(state));
        Side next = new Side(alone.world.another());
        try {
            next.device().restore(state);
        } catch (IllegalArgumentException e) {
            note(() -> "refused: " + e.getMessage());
            next.device().reset();
            return;
        }
        alone = next;
        next.run();
        next.board().time().advance(0);
        next.run();
        succeed(next.device().save());
    }

    // ---- What must hold

    private void compare() {
        if (!alone.world.seen().equals(watched.world.seen())) {
            throw different(
                    "outside", alone.world.seen().toString(), watched.world.seen().toString());
        }
        alone.bounded();
        watched.bounded();
        if (!late && (alone.levels() != watched.levels() || alone.edges() != watched.edges())) {
            throw different("interrupts", alone.interrupts(), watched.interrupts());
        }
    }

    private void look() {
        both(() -> "look", side -> done(side.world::settle));
        runPosted();
        Map<String, Object> shown = Shown.of(watched.device()::inspect);
        watched.world.check(shown);
        int size = States.size(watched.device().save());
        if (size > STATE_LIMIT) {
            throw new AssertionError("a state of " + size + " values");
        }
    }
}
