package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.trapline.device.Board;
import io.trapline.device.Claim;
import io.trapline.device.Deferred;
import io.trapline.device.Device;
import io.trapline.device.DeviceState;
import io.trapline.device.Region;
import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.machine.ClientMode;
import io.trapline.machine.DeviceRow.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * DESIGN section 5 with real threads: vCPUs ask all the time while an administrator swaps, moves, removes and
 * brings back. Every request is answered once, by one who may; no write is lost; no two calls run at once.
 */
class ConcurrentTest {
    private static final int VCPUS = 3;
    private static final int REQUESTS = 30_000;
    private static final int SEQUENCE = 0x300;
    private static final int GUEST = 0x400;
    private static final int SLOW = 0x500;
    private static final long HERE = 0xFEB0_0000L;
    private static final long THERE = 0xFEC0_0000L;
    private static final long MARK = 0x55;

    /** Of a machine so busy that a worker may not be scheduled for seconds. */
    private static final Patience MUCH =
            new Patience(TimeUnit.MINUTES.toNanos(1), TimeUnit.MINUTES.toNanos(1));

    private final AtomicReference<String> failure = new AtomicReference<>();

    private void fail(String why) {
        failure.compareAndSet(null, why);
    }

    /** Counts what each vCPU writes; plain fields, so that any two calls at once would show. */
    private final class Sequence implements Device, Region {
        private final long[] last = new long[VCPUS];
        private int inside;

        @Override
        public void install(Board board) {
            board.ports(SEQUENCE, 4 * VCPUS, this);
        }

        @Override
        public void reset() {}

        @Override
        public DeviceState save() {
            return new DeviceState("sequence", 1, Map.of("last", last));
        }

        @Override
        public void restore(DeviceState state) {
            System.arraycopy((long[]) state.values().get("last"), 0, last, 0, VCPUS);
        }

        @Override
        public long read(long offset, int width) {
            return last[(int) offset / 4];
        }

        @Override
        public void write(long offset, int width, long value) {
            if (inside++ != 0) {
                fail("two calls at once");
            }
            int vcpu = (int) offset / 4;
            if (value != last[vcpu] + 1) {
                fail("vcpu " + vcpu + ": after " + last[vcpu] + " came " + value);
            }
            last[vcpu] = value;
            inside--;
        }
    }

    /** Is not always there. */
    private static final class Guest implements Device, Region {
        @Override
        public void install(Board board) {
            board.ports(GUEST, 8, this);
        }

        @Override
        public void reset() {}

        @Override
        public long read(long offset, int width) {
            return MARK;
        }

        @Override
        public void write(long offset, int width, long value) {}
    }

    /** Is now here, now there. */
    private static final class Mover implements Device, Region {
        Claim bar;
        Board board;
        private boolean there;
        final Runnable move =
                () -> {
                    there = !there;
                    bar.move(there ? THERE : HERE);
                };

        @Override
        public void install(Board board) {
            this.board = board;
            bar = board.memoryUnmapped(0x1000, this);
        }

        @Override
        public void reset() {}

        @Override
        public long read(long offset, int width) {
            return MARK;
        }

        @Override
        public void write(long offset, int width, long value) {}
    }

    /** Answers later, and sometimes twice. */
    private static final class Slow implements Device, Region {
        final Queue<Deferred> due = new ConcurrentLinkedQueue<>();
        private Board board;

        @Override
        public void install(Board board) {
            this.board = board;
            board.ports(SLOW, 8, this);
        }

        @Override
        public void reset() {}

        @Override
        public long read(long offset, int width) {
            due.add(board.defer());
            return 0;
        }

        @Override
        public void write(long offset, int width, long value) {
            due.add(board.defer());
        }

        void answer() {
            for (Deferred token = due.poll(); token != null; token = due.poll()) {
                token.complete(MARK);
                token.complete(0x66);
            }
        }
    }

    private void vcpu(TestMachine test, int vcpu, int seed) {
        Random random = new Random(seed * 31L + vcpu);
        IoRequestSlot slot = test.vm.slots[vcpu];
        long sequence = 0;
        for (int i = 0; i < REQUESTS && failure.get() == null; i++) {
            int what = random.nextInt(8);
            boolean sometimes = what < 4;
            switch (what) {
                case 0, 1, 2, 3 ->
                        slot.request(
                                IoRequestSlot.PORTIO,
                                IoRequestSlot.WRITE,
                                SEQUENCE + 4 * vcpu,
                                4,
                                ++sequence);
                case 4 -> slot.request(IoRequestSlot.PORTIO, IoRequestSlot.READ, GUEST, 1, 0);
                case 5 ->
                        slot.request(
                                IoRequestSlot.PORTIO,
                                IoRequestSlot.READ,
                                SEQUENCE + 4 * vcpu,
                                4,
                                0);
                case 6 -> slot.request(IoRequestSlot.PORTIO, IoRequestSlot.READ, SLOW, 1, 0);
                default ->
                        slot.request(
                                IoRequestSlot.MMIO,
                                IoRequestSlot.READ,
                                random.nextBoolean() ? HERE : THERE,
                                1,
                                0);
            }
            slot.state(IoRequestSlot.PROCESSING);
            test.vm.upcall(vcpu);
            int now = vcpu;
            Await.until(
                    "vcpu " + vcpu + " is answered, kind " + what,
                    () -> test.vm.isComplete(now) || failure.get() != null);
            long answer = slot.value();
            slot.state(IoRequestSlot.FREE);
            if (!sometimes && what == 5 && answer != sequence) {
                fail("vcpu " + vcpu + " reads " + answer + " after writing " + sequence);
            } else if (!sometimes && what != 5 && answer != MARK && answer != 0xFF) {
                fail("vcpu " + vcpu + " reads 0x" + Long.toHexString(answer) + ", kind " + what);
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(ints = {1, 2, 3})
    void losesNothingWhileEverythingChanges(int seed) throws Exception {
        try (TestMachine test = new TestMachine(VCPUS)) {
            test.machine.patience(MUCH);
            Plug sequence = test.plugAt("own", "sequence", new Sequence());
            Slow slow = new Slow();
            Mover mover = new Mover();
            test.plugAt("shared", "slow", slow);
            test.plugAt("shared", "mover", mover);
            mover.board.post(mover.move);

            List<Thread> threads = new ArrayList<>();
            for (int v = 0; v < VCPUS; v++) {
                int vcpu = v;
                Thread thread =
                        new Thread(
                                () -> {
                                    try {
                                        vcpu(test, vcpu, seed);
                                    } catch (Throwable e) {
                                        fail("vcpu " + vcpu + ": " + e);
                                    }
                                });
                threads.add(thread);
                thread.start();
            }
            Administrator administrator = new Administrator(test, sequence, mover, seed);
            while (threads.stream().anyMatch(Thread::isAlive)) {
                slow.answer();
                administrator.act();
                if (failure.get() != null) {
                    break;
                }
            }
            while (threads.stream().anyMatch(Thread::isAlive)) {
                slow.answer();
                Thread.yield();
            }
            assertEquals(null, failure.get(), "after " + administrator.acts + " acts");
            for (int vcpu = 0; vcpu < VCPUS; vcpu++) {
                int each = vcpu;
                Await.until(
                        "vcpu " + vcpu + " was told",
                        () -> test.vm.completions.get(each) >= REQUESTS);
                assertEquals(REQUESTS, test.vm.completions.get(vcpu));
            }
            assertEquals((long) VCPUS * REQUESTS, test.machine.row().requests());
            assertEquals(State.SERVING, test.state("sequence"));
            assertEquals(administrator.swaps, test.device("sequence").swaps());
            assertEquals(0, test.device("sequence").faults());
        }
    }

    /** Does everything that an administrator can, in an order that its seed gives. */
    private final class Administrator {
        private final TestMachine test;
        private final Random random;
        private final Mover mover;
        private Plug sequence;
        private Plug guest;
        int acts;
        int swaps;

        Administrator(TestMachine test, Plug sequence, Mover mover, int seed) {
            this.test = test;
            this.sequence = sequence;
            this.mover = mover;
            random = new Random(seed);
        }

        void act() {
            acts++;
            switch (random.nextInt(8)) {
                case 0, 1 -> swap();
                case 2 -> comeOrGo();
                case 3 -> map("sequence", "own", "shared");
                case 4 -> map("slow", "shared", "third");
                case 5 -> mover.board.post(mover.move);
                case 6 -> {
                    test.machine.devices();
                    test.machine.ranges();
                    test.machine.stats();
                    test.machine.clients();
                    test.machine.unclaimed();
                }
                default -> Thread.yield();
            }
        }

        private void swap() {
            Plug next =
                    new Plug(new Sequence(), "sequence", sequence.client(), "test", "1." + acts, 1);
            if (random.nextBoolean()) { // side by side
                test.machine.plug(next);
                test.machine.unplug(sequence);
            } else { // in place
                test.machine.unplug(sequence);
                test.machine.plug(next);
            }
            sequence = next;
            swaps++;
        }

        private void comeOrGo() {
            if (guest == null) {
                guest = new Plug(new Guest(), "guest", "shared", "test", "1." + acts, acts + 100);
                test.machine.plug(guest);
            } else {
                test.machine.unplug(guest);
                test.machine.bundleGone(guest.bundleId());
                guest = null;
            }
        }

        private void map(String device, String one, String other) {
            test.machine.map(
                    device,
                    random.nextBoolean() ? one : other,
                    random.nextBoolean() ? ClientMode.DEDICATED : ClientMode.INLINE);
        }
    }
}
