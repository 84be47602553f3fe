package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.trapline.hypervisor.IoRequestSlot;
import java.lang.management.ManagementFactory;
import java.util.OptionalLong;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** DESIGN section 7: nothing is allocated per request. */
class AllocationTest {
    private static final int REQUESTS = 100_000;

    /** What the JVM itself may put on a thread's account while it compiles. */
    private static final long NOISE = 4096;

    private final ThreadMXBean threads =
            ManagementFactory.getThreadMXBean() instanceof ThreadMXBean bean ? bean : null;

    @BeforeEach
    void canBeMeasured() {
        assumeTrue(
                threads != null && threads.isThreadAllocatedMemorySupported(),
                "this JVM does not count a thread's allocations");
    }

    /** A vCPU that asks without end: four kinds of access, one of them nobody's. */
    private static void ask(FakeVm vm, int vcpu, int requests) {
        IoRequestSlot slot = vm.slots[vcpu];
        for (int i = 0; i < requests; i++) {
            switch (i & 3) {
                case 0 -> slot.request(IoRequestSlot.PORTIO, IoRequestSlot.READ, 0x100, 1, 0);
                case 1 -> slot.request(IoRequestSlot.PORTIO, IoRequestSlot.WRITE, 0x101, 1, i);
                case 2 -> slot.request(IoRequestSlot.MMIO, IoRequestSlot.READ, 0xFEB0_0008L, 8, 0);
                default -> slot.request(IoRequestSlot.PORTIO, IoRequestSlot.READ, 0x80, 1, 0);
            }
            slot.state(IoRequestSlot.PROCESSING);
            vm.upcall(vcpu);
            while (slot.state() != IoRequestSlot.COMPLETE) {
                Thread.onSpinWait();
            }
            slot.state(IoRequestSlot.FREE);
        }
    }

    private static void plug(TestMachine test) {
        TestDevice device = new TestDevice(b -> {});
        test.plug(
                "a",
                device.with(b -> b.ports(0x100, 8, device))
                        .with(b -> b.memory(0xFEB0_0000L, 0x1000, device)));
    }

    @Test
    void isZeroOnTheVcpusOwnThread() throws Exception {
        try (TestMachine test = new TestMachine(1, new ByHand())) {
            plug(test);
            ask(test.vm, 0, 3 * REQUESTS);
            long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            long counting =
                    threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
            ask(test.vm, 0, REQUESTS);
            long after = threads.getThreadAllocatedBytes(Thread.currentThread().getId());

            assertEquals(0, after - before - 2 * counting, NOISE);
        }
    }

    @Test
    void isZeroForTasksAndDoorbells() throws Exception {
        ByHand hands = new ByHand();
        try (TestMachine test = new TestMachine(1, hands)) {
            test.vm.signals = true;
            int[] runs = new int[2];
            TestDevice device = new TestDevice(b -> {});
            test.plug(
                    "a",
                    device.with(
                            b ->
                                    b.doorbell(
                                            b.memory(0xFEB0_0000L, 0x1000, device),
                                            0,
                                            2,
                                            OptionalLong.empty(),
                                            () -> runs[0]++)));
            Runnable task = () -> runs[1]++;
            device.onRead =
                    offset -> { // posted under the baton: run by this thread once it is answered
                        device.board.post(task);
                        return 0;
                    };
            Runnable bell = test.vm.bells.get(0).rung();
            work(test.vm, bell, 3 * REQUESTS);
            long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            work(test.vm, bell, REQUESTS);
            long after = threads.getThreadAllocatedBytes(Thread.currentThread().getId());

            assertEquals(0, after - before, 2 * NOISE);
            assertEquals(4 * REQUESTS, runs[0]);
            assertEquals(4 * REQUESTS, runs[1]);
        }
    }

    private static void work(FakeVm vm, Runnable bell, int rounds) {
        IoRequestSlot slot = vm.slots[0];
        for (int i = 0; i < rounds; i++) {
            bell.run();
            slot.request(IoRequestSlot.MMIO, IoRequestSlot.READ, 0xFEB0_0008L, 8, 0);
            slot.state(IoRequestSlot.PROCESSING);
            vm.upcall(0);
            slot.state(IoRequestSlot.FREE);
        }
    }

    @Test
    void isZeroAtAClientThatTwoVcpusShare() throws Exception {
        try (TestMachine test = new TestMachine(2)) {
            plug(test);
            CyclicBarrier together = new CyclicBarrier(2);
            long[] bytes = new long[2];
            Thread[] vcpus = new Thread[2];
            for (int v = 0; v < 2; v++) {
                int vcpu = v;
                vcpus[v] =
                        new Thread(
                                () -> {
                                    try {
                                        ask(test.vm, vcpu, REQUESTS);
                                        together.await();
                                        long id = Thread.currentThread().getId();
                                        long before = threads.getThreadAllocatedBytes(id);
                                        ask(test.vm, vcpu, REQUESTS);
                                        bytes[vcpu] = threads.getThreadAllocatedBytes(id) - before;
                                    } catch (Exception e) {
                                        bytes[vcpu] = Long.MAX_VALUE;
                                    }
                                });
                vcpus[v].start();
            }
            for (Thread vcpu : vcpus) {
                vcpu.join();
            }
            assertTrue(bytes[0] < NOISE && bytes[1] < NOISE, bytes[0] + " and " + bytes[1]);
            assertEquals(4 * REQUESTS, test.machine.row().requests());
        }
    }
}
