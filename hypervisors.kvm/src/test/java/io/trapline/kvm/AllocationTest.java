package io.trapline.kvm;

import static io.trapline.kvm.Lab.code;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import io.trapline.hypervisor.CpuMode;
import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.hypervisor.VirtualMachine;
import io.trapline.hypervisor.VmEvents;
import io.trapline.hypervisor.VmShape;
import io.trapline.hypervisor.VmStop;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Serving a request allocates nothing: ports, memory, posted writes. The JVM may give a thread a few bytes when it
 * throws compiled code away, so the least of several windows counts; a byte per request would be in each.
 */
class AllocationTest {
    private static final int WARM = 30_000;
    private static final int WINDOW = 10_000;
    private static final int WINDOWS = 5;

    private static final byte[] GUEST =
            code(
                    "E430 E631", // again: in al, 0x30; out 0x31, al
                    "A1 000000E0 A3 000000E0", // mov eax, [0xE0000000]; mov [0xE0000000], eax
                    "E670 EBF0"); // out 0x70, al, posted; jmp again

    private static final class Counting implements VmEvents {
        final BlockingQueue<Long> allocated = new ArrayBlockingQueue<>(1);
        private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        volatile VirtualMachine machine;
        private IoRequestSlot slot;
        private int count = -WARM;
        private long before;
        private long least = Long.MAX_VALUE;

        @Override
        public void request(int vcpu) {
            if (slot == null) {
                slot = new IoRequestSlot(machine.requestPage(), vcpu);
            }
            if (++count % WINDOW == 0 && count >= 0) {
                long now = threads.getCurrentThreadAllocatedBytes();
                least = count == 0 ? least : Math.min(least, now - before);
                before = now;
                if (count == WINDOWS * WINDOW) {
                    allocated.add(least);
                }
            }
            slot.value(0);
            machine.complete(vcpu);
        }

        @Override
        public void stopped(VmStop stop) {
            throw new AssertionError(stop);
        }
    }

    @Test
    void nothingPerRequest() throws Exception {
        Lab.needKvm();
        Counting counting = new Counting();
        VmShape shape = new VmShape("counting", 4 << 20, 1, Map.of());
        try (VirtualMachine machine = new KvmHypervisor().create(shape, counting)) {
            counting.machine = machine;
            machine.posted(IoRequestSlot.PORTIO, 0x70, 1);
            machine.ram().get(0).windows().get(0).put(Lab.ENTRY, GUEST);
            machine.boot(CpuMode.PROTECTED, Lab.ENTRY);
            machine.start();
            assertEquals(0, counting.allocated.poll(120, TimeUnit.SECONDS));
        }
    }
}
