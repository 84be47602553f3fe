package io.trapline.ioreq;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.trapline.hypervisor.CpuMode;
import io.trapline.hypervisor.Hypervisor;
import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.hypervisor.MachineTime;
import io.trapline.hypervisor.RamRange;
import io.trapline.hypervisor.Readiness;
import io.trapline.hypervisor.Registration;
import io.trapline.hypervisor.VirtualMachine;
import io.trapline.hypervisor.VmEvents;
import io.trapline.hypervisor.VmShape;
import io.trapline.hypervisor.VmStop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/** The hypervisor's side of a request page, driven by a test: nothing happens by itself. */
final class FakeVm implements Hypervisor, VirtualMachine {
    static final int RAM = 2 << 20;

    final List<String> interrupts = new CopyOnWriteArrayList<>();
    final List<Bell> bells = new CopyOnWriteArrayList<>();
    final List<String> zones = new CopyOnWriteArrayList<>();
    final List<String> messages = new CopyOnWriteArrayList<>();
    final ByteBuffer page =
            ByteBuffer.allocateDirect(IoRequestSlot.PAGE_LENGTH).order(LITTLE_ENDIAN);
    final IoRequestSlot[] slots = new IoRequestSlot[IoRequestSlot.COUNT];
    final AtomicIntegerArray completions = new AtomicIntegerArray(IoRequestSlot.COUNT);
    private static final ByteBuffer BYTES = ByteBuffer.allocateDirect(RAM).order(LITTLE_ENDIAN);
    private VmEvents events;
    private int vcpus;
    boolean closed;
    boolean resumable = true;
    boolean paused;
    IOException resetFailure; // null: it succeeds

    /** Whether writes can signal without becoming requests, and arrive late. */
    boolean signals;

    /** Whether who signals has nothing else to do. */
    boolean threads;

    /** Whether it takes the machine's time in hand, and then that time. */
    boolean drives;

    MachineTime time;

    /** How often a thread was said to be lost, and what is done then. */
    final AtomicInteger lost = new AtomicInteger();

    Runnable onLost = () -> {};

    /** Run by the backend just before it takes a bell back. */
    Runnable beforeSilence = () -> {};

    Runnable beforeBell = () -> {};

    /** A place where writes signal. */
    record Bell(int type, long address, int width, OptionalLong match, Runnable rung) {}

    FakeVm() {
        for (int i = 0; i < slots.length; i++) {
            slots[i] = new IoRequestSlot(page, i);
            slots[i].state(IoRequestSlot.FREE);
        }
    }

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public Readiness probe() {
        return new Readiness(true, "a test", List.of());
    }

    @Override
    public VirtualMachine create(VmShape shape, VmEvents events) {
        this.events = events;
        vcpus = shape.vcpus();
        return this;
    }

    /** Sends a request and returns without waiting for its answer. */
    void send(int vcpu, int type, int direction, long address, int size, long value) {
        slots[vcpu].request(type, direction, address, size, value).state(IoRequestSlot.PENDING);
        slots[vcpu].state(IoRequestSlot.PROCESSING);
        events.request(vcpu);
    }

    /** Sends a decoded configuration request. */
    void sendPci(
            int vcpu,
            int direction,
            int bus,
            int device,
            int function,
            int register,
            int size,
            int value) {
        slots[vcpu]
                .pciRequest(direction, bus, device, function, register, size, value)
                .state(IoRequestSlot.PENDING);
        slots[vcpu].state(IoRequestSlot.PROCESSING);
        events.request(vcpu);
    }

    /** Has the core look at a slot as it is. */
    void upcall(int vcpu) {
        events.request(vcpu);
    }

    /** Tells the core that the guest has stopped. */
    void stop(VmStop stop) {
        events.stopped(stop);
    }

    boolean isComplete(int vcpu) {
        return slots[vcpu].state() == IoRequestSlot.COMPLETE;
    }

    /** Takes the answer, for which it waits if a worker is about to give it: the slot is free again. */
    long answer(int vcpu) {
        Await.until("vcpu " + vcpu + " is answered", () -> isComplete(vcpu));
        long value = slots[vcpu].value();
        slots[vcpu].state(IoRequestSlot.FREE);
        return value;
    }

    long in(int port, int size) {
        send(0, IoRequestSlot.PORTIO, IoRequestSlot.READ, port, size, 0);
        return answer(0);
    }

    void out(int port, int size, long value) {
        send(0, IoRequestSlot.PORTIO, IoRequestSlot.WRITE, port, size, value);
        answer(0);
    }

    long load(long address, int size) {
        send(0, IoRequestSlot.MMIO, IoRequestSlot.READ, address, size, 0);
        return answer(0);
    }

    void store(long address, int size, long value) {
        send(0, IoRequestSlot.MMIO, IoRequestSlot.WRITE, address, size, value);
        answer(0);
    }

    @Override
    public ByteBuffer requestPage() {
        return page;
    }

    @Override
    public List<RamRange> ram() {
        return List.of(new RamRange(0, RAM, List.of(BYTES)));
    }

    @Override
    public int vcpus() {
        return vcpus;
    }

    @Override
    public boolean drive(MachineTime time) {
        this.time = time;
        return drives;
    }

    @Override
    public void boot(CpuMode mode, long entry) {}

    @Override
    public void start() {}

    @Override
    public void pause() {
        paused = true;
    }

    @Override
    public boolean resumable() {
        return resumable;
    }

    @Override
    public void resume() {
        paused = false;
    }

    @Override
    public void reset() throws IOException {
        if (resetFailure != null) {
            throw resetFailure;
        }
        for (IoRequestSlot slot : slots) {
            slot.state(IoRequestSlot.FREE);
        }
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public void complete(int vcpu) {
        completions.incrementAndGet(vcpu);
        slots[vcpu].state(IoRequestSlot.COMPLETE);
    }

    @Override
    public void threadLost() {
        lost.incrementAndGet();
        onLost.run();
    }

    @Override
    public void interruptLine(int gsi, boolean high) {
        interrupts.add((high ? "raise " : "lower ") + gsi);
    }

    @Override
    public boolean message(long address, int data) {
        messages.add("0x" + Long.toHexString(address) + "=" + data);
        return address >>> 20 == 0xFEE;
    }

    @Override
    public Registration doorbell(
            int type, long address, int width, OptionalLong match, Runnable rung) {
        if (!signals) {
            return null;
        }
        beforeBell.run();
        Bell bell = new Bell(type, address, width, match, rung);
        bells.add(bell);
        return () -> {
            beforeSilence.run();
            bells.remove(bell);
        };
    }

    @Override
    public boolean doorbellsHaveThreads() {
        return threads;
    }

    @Override
    public Registration posted(int type, long address, int length) {
        if (!signals) {
            return null;
        }
        String zone = "0x" + Long.toHexString(address) + "+" + length;
        zones.add(zone);
        return () -> zones.remove(zone);
    }
}
