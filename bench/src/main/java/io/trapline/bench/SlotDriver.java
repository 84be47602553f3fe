package io.trapline.bench;

import io.trapline.hypervisor.CpuMode;
import io.trapline.hypervisor.Hypervisor;
import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.hypervisor.RamRange;
import io.trapline.hypervisor.Readiness;
import io.trapline.hypervisor.VirtualMachine;
import io.trapline.hypervisor.VmEvents;
import io.trapline.hypervisor.VmShape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** The hypervisor's and the HSM's side of one slot, at the speed of a loop: no guest, no system call. */
final class SlotDriver implements Hypervisor, VirtualMachine {
    /** Bytes of RAM that it has. */
    static final int RAM = 2 << 20;

    private final ByteBuffer page = direct(IoRequestSlot.PAGE_LENGTH);
    private final ByteBuffer ram = direct(RAM);
    private final IoRequestSlot slot = new IoRequestSlot(page, 0);
    private VmEvents events;
    private long completed;

    SlotDriver() {
        slot.state(IoRequestSlot.FREE);
    }

    private static ByteBuffer direct(int length) {
        return ByteBuffer.allocateDirect(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** One read: the slot through all its states. */
    long read(int type, long address, int width) {
        slot.request(type, IoRequestSlot.READ, address, width, 0).state(IoRequestSlot.PENDING);
        slot.state(IoRequestSlot.PROCESSING);
        events.request(0);
        while (slot.state() != IoRequestSlot.COMPLETE) {
            Thread.onSpinWait(); // a worker has the baton still: once, after an installation
        }
        long value = slot.value();
        slot.state(IoRequestSlot.FREE);
        return value;
    }

    /** The slot, for who drives it otherwise. */
    IoRequestSlot slot() {
        return slot;
    }

    /** How many answers have been told. */
    long completed() {
        return completed;
    }

    @Override
    public String name() {
        return "slot";
    }

    @Override
    public Readiness probe() {
        return new Readiness(true, "a loop", List.of());
    }

    @Override
    public VirtualMachine create(VmShape shape, VmEvents told) {
        events = told;
        return this;
    }

    @Override
    public ByteBuffer requestPage() {
        return page;
    }

    @Override
    public List<RamRange> ram() {
        return List.of(new RamRange(0, RAM, List.of(ram)));
    }

    @Override
    public int vcpus() {
        return 1;
    }

    @Override
    public void boot(CpuMode mode, long entry) {}

    @Override
    public void start() {}

    @Override
    public void pause() {}

    @Override
    public void resume() {}

    @Override
    public void reset() {
        slot.state(IoRequestSlot.FREE);
    }

    @Override
    public void close() {}

    @Override
    public void complete(int vcpu) {
        slot.state(IoRequestSlot.COMPLETE);
        completed++;
    }

    @Override
    public void interruptLine(int gsi, boolean high) {}

    @Override
    public boolean message(long address, int data) {
        return false;
    }
}
