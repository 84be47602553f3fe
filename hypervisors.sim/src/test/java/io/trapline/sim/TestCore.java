package io.trapline.sim;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.hypervisor.ScriptedGuest;
import io.trapline.hypervisor.VmEvents;
import io.trapline.hypervisor.VmShape;
import io.trapline.hypervisor.VmStop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** The core's part, as small as it can be: what a request does is up to the test. */
final class TestCore implements VmEvents, AutoCloseable {
    /** What a test does with a request, on the thread that brought it. */
    interface Handler {
        void request(int vcpu);
    }

    static final long MEMORY = 2L << 20;

    /** Requests that were left to the test, by {@link #keep}. */
    final BlockingQueue<Integer> kept = new LinkedBlockingQueue<>();

    final BlockingQueue<VmStop> stops = new LinkedBlockingQueue<>();
    final List<String> trace = Collections.synchronizedList(new ArrayList<>());
    final SimMachine vm;
    private final IoRequestSlot[] slots = new IoRequestSlot[IoRequestSlot.COUNT];
    private volatile Handler handler = this::echo;

    TestCore(ScriptedGuest guest, int vcpus, String... options) throws IOException {
        this(Map.of("test", guest), "test", MEMORY, vcpus, options);
    }

    TestCore(
            Map<String, ScriptedGuest> guests,
            String guest,
            long memory,
            int vcpus,
            String... options)
            throws IOException {
        Map<String, String> settings = new HashMap<>();
        settings.put("guest", guest);
        for (String option : options) {
            settings.put(option.split("=")[0], option.split("=")[1]);
        }
        VmShape shape = new VmShape("t", memory, vcpus, settings);
        vm = (SimMachine) new SimHypervisor(guests).create(shape, this);
        for (int i = 0; i < slots.length; i++) {
            slots[i] = new IoRequestSlot(vm.requestPage(), i);
        }
    }

    TestCore handle(Handler handler) {
        this.handler = handler;
        return this;
    }

    TestCore start() throws IOException {
        vm.start();
        return this;
    }

    IoRequestSlot slot(int vcpu) {
        return slots[vcpu];
    }

    @Override
    public void request(int vcpu) {
        trace.add(describe(vcpu));
        handler.request(vcpu);
    }

    @Override
    public void stopped(VmStop stop) {
        stops.add(stop);
    }

    /** Answers reads with the address. */
    void echo(int vcpu) {
        answer(vcpu, slots[vcpu].address());
    }

    /** Leaves the request to the test. */
    void keep(int vcpu) {
        kept.add(vcpu);
    }

    /** As the core does it. */
    void answer(int vcpu, long value) {
        IoRequestSlot slot = slots[vcpu];
        slot.value(value);
        vm.complete(vcpu);
    }

    String describe(int vcpu) {
        IoRequestSlot slot = slots[vcpu];
        String direction = slot.direction() == IoRequestSlot.READ ? "read" : "write";
        return "%d %s %x/%d %x"
                .formatted(vcpu, direction, slot.address(), slot.size(), slot.value());
    }

    /** The next request that was kept. */
    int awaitKept() throws InterruptedException {
        return take(kept);
    }

    VmStop awaitStop() throws InterruptedException {
        return take(stops);
    }

    static <T> T take(BlockingQueue<T> queue) throws InterruptedException {
        T next = queue.poll(20, SECONDS);
        assertNotNull(next, "nothing came within 20 s");
        return next;
    }

    @Override
    public void close() {
        vm.close();
    }
}
