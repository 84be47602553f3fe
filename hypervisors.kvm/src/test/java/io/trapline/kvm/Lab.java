package io.trapline.kvm;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapline.hypervisor.CpuMode;
import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.hypervisor.RamRange;
import io.trapline.hypervisor.Readiness;
import io.trapline.hypervisor.VirtualMachine;
import io.trapline.hypervisor.VmEvents;
import io.trapline.hypervisor.VmShape;
import io.trapline.hypervisor.VmStop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A machine on the real {@code /dev/kvm} whose guest is a handful of bytes, and whose core is the test: a {@link
 * Device} answers in the vCPU's thread, and what was asked can be read as lines such as {@code out 3f8/1 41}.
 */
final class Lab implements VmEvents, AutoCloseable {
    /** Where guests are loaded and entered. */
    static final int ENTRY = 0x10000;

    private static final long PATIENCE_S = 120;

    /** Answers a request; a null answer leaves the request open. */
    interface Device {
        Long answer(int vcpu, IoRequestSlot slot);
    }

    final BlockingQueue<String> asked = new LinkedBlockingQueue<>();
    final BlockingQueue<VmStop> stops = new LinkedBlockingQueue<>();
    final VirtualMachine machine;
    private final IoRequestSlot[] slots = new IoRequestSlot[IoRequestSlot.COUNT];
    private volatile Device device;

    Lab(Device device, long memory, int vcpus) throws IOException {
        needKvm();
        this.device = device;
        machine = new KvmHypervisor().create(new VmShape("lab", memory, vcpus, Map.of()), this);
        for (int index = 0; index < slots.length; index++) {
            slots[index] = new IoRequestSlot(machine.requestPage(), index);
        }
    }

    Lab(Device device) throws IOException {
        this(device, 16 << 20, 1);
    }

    /** Skips a test where there is no KVM; fails it where everything has to be there. */
    static void needKvm() {
        Readiness readiness = new KvmHypervisor().probe();
        if (!readiness.ready() && "true".equals(System.getenv("TRAPLINE_REQUIRE_ALL"))) {
            fail("no KVM, and TRAPLINE_REQUIRE_ALL=true: " + readiness);
        }
        if (!readiness.ready()) {
            System.err.println("SKIPPED, because KVM is " + readiness);
        }
        assumeTrue(readiness.ready(), readiness.summary());
    }

    /** Machine code, one instruction a string. */
    static byte[] code(String... instructions) {
        return HexFormat.of().parseHex(String.join("", instructions).replace(" ", ""));
    }

    Lab load(int address, byte[] code) {
        for (RamRange range : machine.ram()) {
            long offset = address - range.address();
            if (offset >= 0 && offset < range.length()) {
                range.windows().get(0).put((int) offset, code);
            }
        }
        return this;
    }

    ByteBuffer low() {
        return machine.ram().get(0).windows().get(0);
    }

    /** Loads at {@link #ENTRY} and runs. */
    Lab run(CpuMode mode, byte[] code) throws IOException {
        load(ENTRY, code);
        machine.boot(mode, ENTRY);
        machine.start();
        return this;
    }

    void device(Device next) {
        device = next;
    }

    IoRequestSlot slot(int vcpu) {
        return slots[vcpu];
    }

    @Override
    public void request(int vcpu) {
        IoRequestSlot slot = slots[vcpu];
        if (slot.state() != IoRequestSlot.PROCESSING) {
            asked.add("slot in state " + slot.state());
        }
        asked.add(line(slot));
        Long answer = device.answer(vcpu, slot);
        if (answer != null) {
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

    private static String line(IoRequestSlot slot) {
        boolean port = slot.type() == IoRequestSlot.PORTIO;
        boolean read = slot.direction() == IoRequestSlot.READ;
        String verb = port ? (read ? "in" : "out") : (read ? "load" : "store");
        String place = " %x/%d".formatted(slot.address(), slot.size());
        return verb + place + (read ? "" : " %x".formatted(slot.value()));
    }

    /** The next line. */
    String next() throws InterruptedException {
        String line = asked.poll(PATIENCE_S, TimeUnit.SECONDS);
        assertTrue(line != null, "the guest asks for nothing; stops: " + stops);
        return line;
    }

    /** The lines up to one that starts with {@code out f4}, the guest's farewell, which is left out. */
    List<String> untilFarewell() throws InterruptedException {
        List<String> lines = new java.util.ArrayList<>();
        for (String line = next(); !line.startsWith("out f4"); line = next()) {
            lines.add(line);
        }
        return lines;
    }

    VmStop stop() throws InterruptedException {
        VmStop stop = stops.poll(PATIENCE_S, TimeUnit.SECONDS);
        assertTrue(stop != null, "the guest lives");
        return stop;
    }

    @Override
    public void close() {
        machine.close();
    }
}
