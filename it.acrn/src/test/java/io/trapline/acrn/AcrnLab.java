package io.trapline.acrn;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.hypervisor.CpuMode;
import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.hypervisor.VmEvents;
import io.trapline.hypervisor.VmShape;
import io.trapline.hypervisor.VmStop;
import io.trapline.linux.DeviceNode;
import io.trapline.rig.Injector;
import io.trapline.rig.Status;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A User VM on the real driver whose vCPUs are the rig's, and whose core is the test: a {@link Device} answers in the
 * thread that brought the request, or leaves it in {@link #kept}.
 */
final class AcrnLab implements VmEvents, AutoCloseable {
    static final long PATIENCE_S = 120;
    static final long MIB = 1L << 20;

    /** Where the guest would begin. */
    static final long ENTRY = 0x10000;

    private static final String NAME = "lab";
    private static final String NODE = "/dev/acrn_hsm";

    /** Answers a request; null leaves it to the test. */
    interface Device {
        Long answer(int vcpu, IoRequestSlot slot);
    }

    final BlockingQueue<Integer> kept = new LinkedBlockingQueue<>();
    final BlockingQueue<VmStop> stops = new LinkedBlockingQueue<>();

    /** How many requests the machine has brought. */
    final AtomicLong requests = new AtomicLong();

    final AcrnMachine machine;

    /** On vCPU 0. */
    final Injector guest;

    private final int vm;
    private final IoRequestSlot[] slots = new IoRequestSlot[IoRequestSlot.COUNT];
    private final List<Injector> injectors = new ArrayList<>();
    private final ExecutorService threads =
            Executors.newCachedThreadPool(
                    task -> {
                        Thread thread = new Thread(task, "lab-guest");
                        thread.setDaemon(true);
                        return thread;
                    });
    private volatile Device device;

    /** Reads give the address; 2 MiB. */
    AcrnLab(String... options) throws IOException {
        this((vcpu, slot) -> slot.address(), options);
    }

    AcrnLab(Device device, String... options) throws IOException {
        this(device, 2 * MIB, GuestRam.HOLE, options);
    }

    /** With that end of low memory. */
    AcrnLab(Device device, long memory, long hole, String... options) throws IOException {
        this.device = device;
        machine = machine(NAME, memory, hole, this, options);
        for (int index = 0; index < slots.length; index++) {
            slots[index] = new IoRequestSlot(machine.requestPage(), index);
        }
        try (Injector rig = new Injector()) {
            List<Status.Machine> all = rig.status().machines();
            vm =
                    all.stream()
                            .filter(m -> m.name().equals(NAME))
                            .mapToInt(Status.Machine::vm)
                            .max()
                            .orElseThrow(() -> new AssertionError("no User VM of ours: " + all));
        }
        guest = vcpu(0);
    }

    static AcrnMachine machine(
            String name, long memory, long hole, VmEvents events, String... options)
            throws IOException {
        Map<String, String> settings = new HashMap<>();
        for (String option : options) {
            settings.put(option.split("=", 2)[0], option.split("=", 2)[1]);
        }
        VmShape shape = new VmShape(name, memory, 4, settings);
        HsmFile file = new HsmFile(DeviceNode.open(NODE, "acrn", errno -> "boot the rig"));
        return new AcrnMachine(file, shape, AcrnOptions.of(shape), events, hole);
    }

    AcrnLab start() throws IOException {
        machine.boot(CpuMode.PROTECTED, ENTRY);
        machine.start();
        return this;
    }

    /** Pauses, resets and starts anew. */
    void reset() throws IOException {
        machine.pause();
        machine.reset();
        again();
    }

    /** What follows a reset. */
    void again() throws IOException {
        machine.boot(CpuMode.PROTECTED, ENTRY);
        machine.resume();
    }

    void device(Device next) {
        device = next;
    }

    IoRequestSlot slot(int vcpu) {
        return slots[vcpu];
    }

    /** Another vCPU, to be used by one thread. */
    Injector vcpu(int number) {
        Injector injector = new Injector().vm(vm).vcpu(number);
        synchronized (injectors) {
            injectors.add(injector);
        }
        return injector;
    }

    /** Does it in another thread, mostly an access that blocks. */
    <T> Future<T> meanwhile(Callable<T> task) {
        return threads.submit(task);
    }

    @Override
    public void request(int vcpu) {
        requests.incrementAndGet();
        if (slots[vcpu].state() != IoRequestSlot.PROCESSING || slots[vcpu].kernelHandled()) {
            stopped(new VmStop(VmStop.Kind.DIED, vcpu, "no request of ours", Map.of()));
        }
        Long answer = device.answer(vcpu, slots[vcpu]);
        if (answer == null) {
            kept.add(vcpu);
        } else {
            answer(vcpu, answer);
        }
    }

    /** Answers as the core does, from any thread. */
    void answer(int vcpu, long value) {
        IoRequestSlot slot = slots[vcpu];
        if (slot.direction() == IoRequestSlot.READ) {
            slot.value(value);
        }
        machine.complete(vcpu);
    }

    @Override
    public void stopped(VmStop stop) {
        stops.add(stop);
    }

    /** The next request that was kept. */
    int awaitKept() throws InterruptedException {
        return next(kept);
    }

    static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T next = queue.poll(PATIENCE_S, SECONDS);
        assertNotNull(next, "nothing came");
        return next;
    }

    static <T> T get(Future<T> future) throws Exception {
        return future.get(PATIENCE_S, SECONDS);
    }

    /** Waits for what another thread does soon. */
    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + SECONDS.toNanos(PATIENCE_S);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - deadline < 0, what);
            LockSupport.parkNanos(100_000);
        }
    }

    /** The threads that wait on the HSM for this process's machines. */
    static List<Thread> attached() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().endsWith("-attach"))
                .toList();
    }

    /** As the rig sees it. */
    Status.Machine seen() {
        return guest.status().machine(vm);
    }

    @Override
    public void close() {
        machine.close();
        threads.shutdownNow();
        synchronized (injectors) {
            injectors.forEach(Injector::close);
        }
        assertTrue(stops.isEmpty(), () -> "it stopped: " + stops);
    }
}
