package io.trapline.acrn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.device.Board;
import io.trapline.device.Deferred;
import io.trapline.device.Device;
import io.trapline.device.Region;
import io.trapline.ioreq.CoreMachine;
import io.trapline.machine.ClientMode;
import io.trapline.rig.Injector;
import io.trapline.rig.RigException;
import io.trapline.rig.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The core's machines on the HSM: several at once, ended and reset under load, with devices that take their time. */
@OnRig
class MachinesTest {
    private static final int VCPUS = 4;
    private static final int RAM = 8 << 20;
    private static final int PORT = 0x700;
    private static final AddressPlan PLAN = new AddressPlan() {};

    private final Injector rig = new Injector();

    @AfterEach
    void close() {
        rig.close();
    }

    /** A device at one port, which answers through a method. */
    private record Single(Board[] board, Region region) implements Device {
        Single(Region region) {
            this(new Board[1], region);
        }

        @Override
        public void install(Board installed) {
            board[0] = installed;
            installed.ports(PORT, 1, region);
        }

        @Override
        public void reset() {}
    }

    /** Answers reads; what is written is of no interest. */
    private interface Reads extends Region {
        @Override
        default void write(long offset, int width, long value) {}
    }

    private static CoreMachine playground(String name) throws IOException {
        CoreMachine machine = new CoreMachine(name, new AcrnHypervisor(), VCPUS, RAM, Map.of());
        for (int vcpu = 0; vcpu < VCPUS; vcpu++) {
            machine.plug("playground" + vcpu, new PlaygroundDevice(PLAN, vcpu));
        }
        machine.start();
        return machine;
    }

    private Status.Machine vm(String name) {
        return rig.status().machines().stream()
                .filter(m -> m.name().equals(name))
                .findAny()
                .orElseThrow();
    }

    private static CompletableFuture<Long> inBackground(ThrowingSupplier task) {
        CompletableFuture<Long> done = new CompletableFuture<>();
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                done.complete(task.get());
                            } catch (Exception | AssertionError e) {
                                done.completeExceptionally(e);
                            }
                        });
        thread.setDaemon(true);
        thread.start();
        return done;
    }

    private interface ThrowingSupplier {
        Long get() throws Exception;
    }

    /** A guest that is in full swing, and ends early if its machine does. */
    private CompletableFuture<Long> load(String name, int seed, long accesses) {
        int vm = vm(name).vm();
        long before = vm(name).accesses();
        RandomGuest guest = new RandomGuest(PLAN, vm, VCPUS, seed).mayEnd();
        CompletableFuture<Long> run = inBackground(() -> guest.run(accesses).accesses());
        while (!run.isDone() && vm(name).accesses() < before + 200) {
            Thread.onSpinWait();
        }
        return run;
    }

    @Test
    void areSeveralInOneProcess() throws Exception {
        try (CoreMachine one = playground("one");
                CoreMachine two = playground("two")) {
            int second = vm("two").vm();
            CompletableFuture<Long> other =
                    inBackground(
                            () -> new RandomGuest(PLAN, second, VCPUS, 2).run(4000).accesses());
            long first = new RandomGuest(PLAN, vm("one").vm(), VCPUS, 1).run(4000).accesses();

            assertTrue(first >= 4000);
            assertTrue(other.get() >= 4000);
            assertEquals(second, vm("two").vm());
            one.seen().stop();
            assertTrue(new RandomGuest(PLAN, second, VCPUS, 3).run(1000).accesses() >= 1000);
            assertEquals(VCPUS, two.seen().devices().size());
        }
    }

    @Test
    void endUnderLoad() throws Exception {
        for (int round = 0; round < 20; round++) {
            CoreMachine machine = playground("round" + round);
            CompletableFuture<Long> guest = load("round" + round, round, Long.MAX_VALUE);
            machine.close();

            guest.get();
        }
        assertEquals(List.of(), rig.status().machines());
    }

    /** hypercall.c of the hypervisor: all slots are FREE after a reset; a late completion would spoil one. */
    @Test
    void areResetUnderLoad() throws Exception {
        try (CoreMachine machine = playground("again")) {
            for (int round = 0; round < 10; round++) {
                CompletableFuture<Long> guest = load("again", round, 2000);
                machine.seen().reset();
                guest.get();

                RandomGuest next = new RandomGuest(PLAN, vm("again").vm(), VCPUS, round);
                assertTrue(next.run(400).accesses() >= 400);
            }
            assertEquals(0, vm("again").spurious());
        }
    }

    @Test
    void forgetAnAnswerThatComesAfterTheReset() throws Exception {
        BlockingQueue<Deferred> kept = new LinkedBlockingQueue<>();
        Board[] board = new Board[1];
        Reads keep =
                (offset, width) -> {
                    kept.add(board[0].defer());
                    return 0;
                };
        try (CoreMachine machine = playground("late");
                Injector vcpu = new Injector().vcpu(3).timeout(Duration.ofMinutes(2))) {
            machine.plug("single", new Single(board, keep));
            CompletableFuture<Long> first = inBackground(() -> vcpu.readPort(PORT, 1));
            Deferred late = kept.take();
            machine.seen().reset();

            assertThrows(Exception.class, first::get);
            assertFalse(late.complete(0x11));
            CompletableFuture<Long> second = inBackground(() -> vcpu.readPort(PORT, 1));
            Deferred timely = kept.take();
            assertFalse(late.complete(0x11));
            assertFalse(second.isDone());
            assertTrue(timely.complete(0x22));
            assertEquals(0x22, second.get());
        }
    }

    @Test
    void serveOthersWhileADedicatedDeviceTakesItsTime() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        Reads slow =
                (offset, width) -> {
                    entered.countDown();
                    try {
                        leave.await();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    return 0x33;
                };
        try (CoreMachine machine = playground("slow");
                Injector vcpu = new Injector().vcpu(3).timeout(Duration.ofMinutes(2))) {
            machine.plug("single", new Single(slow));
            machine.seen().map("single", "slow", ClientMode.DEDICATED);
            CompletableFuture<Long> waiting = inBackground(() -> vcpu.readPort(PORT, 1));
            entered.await();
            RandomGuest others = new RandomGuest(PLAN, vm("slow").vm(), VCPUS - 1, 5);

            assertTrue(others.run(900).accesses() >= 900);
            assertFalse(waiting.isDone());
            leave.countDown();
            assertEquals(0x33, waiting.get());
        }
    }

    /** It holds the one thread that waits on the HSM. */
    @Test
    void goOnWithoutADeviceThatHangs() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        List<String> threads = new ArrayList<>();
        Reads hung =
                (offset, width) -> {
                    threads.add(Thread.currentThread().getName());
                    entered.countDown();
                    while (leave.getCount() > 0) {
                        try {
                            leave.await();
                        } catch (InterruptedException e) {
                            continue; // it does not listen
                        }
                    }
                    return 0x44;
                };
        try (CoreMachine machine = playground("hung");
                Injector vcpu = new Injector().vcpu(3).timeout(Duration.ofMinutes(2))) {
            machine.plug("single", new Single(hung));
            CompletableFuture<Long> stuck = inBackground(() -> vcpu.readPort(PORT, 1));
            entered.await();

            assertEquals(0xFF, stuck.get());
            RandomGuest all = new RandomGuest(PLAN, vm("hung").vm(), VCPUS, 6);
            assertTrue(all.run(1000).accesses() >= 1000);
            assertEquals(List.of("acrn-hung-attach"), threads);
        } finally {
            leave.countDown();
        }
    }

    @Test
    void endWithADeviceThatHangs() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        Reads hung =
                (offset, width) -> {
                    entered.countDown();
                    while (leave.getCount() > 0) {
                        try {
                            leave.await();
                        } catch (InterruptedException e) {
                            continue; // it does not listen
                        }
                    }
                    return 0x55;
                };
        try (Injector vcpu = new Injector().vcpu(3).timeout(Duration.ofMinutes(2))) {
            CoreMachine machine = playground("end");
            machine.plug("single", new Single(hung));
            CompletableFuture<Long> stuck = inBackground(() -> vcpu.readPort(PORT, 1));
            entered.await();
            machine.close();

            assertThrows(Exception.class, stuck::get);
            assertThrows(RigException.class, () -> vcpu.readPort(PORT, 1));
        } finally {
            leave.countDown();
        }
    }
}
