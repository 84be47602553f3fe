package io.trapline.kvm;

import io.trapline.hypervisor.CpuMode;
import io.trapline.hypervisor.IdentityMap;
import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.hypervisor.RamRange;
import io.trapline.hypervisor.Registration;
import io.trapline.hypervisor.VirtualMachine;
import io.trapline.hypervisor.VmEvents;
import io.trapline.hypervisor.VmShape;
import io.trapline.kvm.Kvm.kvm_coalesced_mmio_zone;
import io.trapline.linux.Block;
import io.trapline.linux.Descriptor;
import io.trapline.linux.Libc;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/** One virtual machine on {@code /dev/kvm}. */
final class KvmMachine implements VirtualMachine {
    /** Three pages for VMX's real mode, and one for its page table: below the firmware, where no device is. */
    private static final long IDENTITY_MAP_PAGE = 0xFFFB_C000L, TSS_PAGES = 0xFFFB_D000L;

    private static final long REAL_MODE_END = 1L << 20, PROTECTED_MODE_END = 1L << 32;

    /** How long {@link #close} waits for a vCPU's thread that is inside a device. */
    private static final long PATIENCE_MS = 1000;

    private final VmShape shape;
    private final VmEvents events;
    private final Gate gate = new Gate();
    private final ByteBuffer page;
    private final GuestRam ram;
    private final Descriptor file;
    private final Chips chips;
    private final Doorbells doorbells;
    private final Vcpu[] vcpus;
    private boolean booted;
    private boolean started;
    private boolean closed;

    KvmMachine(KvmDevice kvm, VmShape shape, VmEvents events) throws IOException {
        this.shape = shape;
        this.events = events;
        page = ByteBuffer.allocateDirect(IoRequestSlot.PAGE_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        for (int index = 0; index < IoRequestSlot.COUNT; index++) {
            new IoRequestSlot(page, index).state(IoRequestSlot.FREE);
        }
        ram = new GuestRam(shape.memory());
        int vm = -1;
        Vcpu[] made = new Vcpu[shape.vcpus()];
        try {
            vm = kvm.createMachine();
            file = new Descriptor(vm);
            Block identityMap = new Block(Long.BYTES);
            identityMap.bytes.putLong(0, IDENTITY_MAP_PAGE);
            identityMap.ioctl(vm, Kvm.KVM_SET_IDENTITY_MAP_ADDR, "KVM_SET_IDENTITY_MAP_ADDR");
            Libc.check(file.ioctl(Kvm.KVM_SET_TSS_ADDR, TSS_PAGES), "KVM_SET_TSS_ADDR");
            chips = new Chips(file);
            ram.register(vm);
            ReentrantLock ringLock = new ReentrantLock();
            for (int id = 0; id < made.length; id++) {
                VcpuFile vcpu = new VcpuFile(vm, id, kvm, shape.vcpus());
                IoRequestSlot slot = new IoRequestSlot(page, id);
                PostedWrites posted = new PostedWrites(vcpu.run(), kvm.ringPage(), ringLock);
                made[id] = new Vcpu(id, vcpu, slot, posted, this);
            }
        } catch (IOException | RuntimeException e) {
            undo(made, vm);
            throw e;
        }
        vcpus = made;
        gate.guard(vcpus);
        doorbells = new Doorbells(file, "kvm-" + shape.name() + "-doorbells");
    }

    private void undo(Vcpu[] made, int vm) {
        for (Vcpu vcpu : made) {
            if (vcpu != null) {
                vcpu.file().close();
            }
        }
        if (vm >= 0) {
            Libc.close(vm);
        }
        ram.close();
    }

    String name() {
        return shape.name();
    }

    VmEvents events() {
        return events;
    }

    Gate gate() {
        return gate;
    }

    @Override
    public ByteBuffer requestPage() {
        return page;
    }

    @Override
    public List<RamRange> ram() {
        return ram.ranges();
    }

    @Override
    public int vcpus() {
        return vcpus.length;
    }

    @Override
    public void boot(CpuMode mode, long entry) throws IOException {
        long end =
                switch (mode) {
                    case REAL -> REAL_MODE_END;
                    case PROTECTED, LONG -> PROTECTED_MODE_END;
                };
        if (entry < 0 || entry >= end) {
            throw new IllegalArgumentException(
                    "machine %s: entry=0x%X, %s mode reaches 0x%X"
                            .formatted(name(), entry, mode, end - 1));
        }
        if (mode == CpuMode.LONG) {
            IdentityMap.write(ram.ranges(), booted);
        }
        booted = true;
        vcpus[0].file().state().boot(mode, entry);
    }

    @Override
    public void start() {
        if (started) {
            throw new IllegalStateException("machine " + name() + " has been started before");
        }
        started = true;
        for (Vcpu vcpu : vcpus) {
            vcpu.thread().start();
        }
    }

    @Override
    public void pause() {
        gate.pause();
    }

    @Override
    public void resume() {
        gate.resume();
    }

    @Override
    public void reset() throws IOException {
        gate.reset();
        for (Vcpu vcpu : vcpus) {
            vcpu.file().finishExit();
        }
        chips.reset();
        for (Vcpu vcpu : vcpus) {
            vcpu.file().state().restore();
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        gate.close();
        doorbells.close();
        for (Vcpu vcpu : vcpus) {
            if (started) {
                join(vcpu);
            } else {
                gate.end(vcpu);
            }
        }
        file.close();
        ram.close();
    }

    /**
     * Waits until a vCPU's thread is out. One that a device holds is left to itself in the end: it gives back
     * what is its own when the device lets it go.
     */
    private void join(Vcpu vcpu) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
        boolean interrupted = false;
        while (vcpu.thread() != Thread.currentThread()
                && vcpu.thread().isAlive()
                && System.nanoTime() < deadline) {
            gate.close();
            try {
                vcpu.thread().join(1);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void complete(int vcpu) {
        vcpus[vcpu].complete();
    }

    @Override
    public void interruptLine(int gsi, boolean high) {
        chips.line(gsi, high);
    }

    @Override
    public boolean message(long address, int data) {
        return chips.message(address, data);
    }

    @Override
    public Registration doorbell(
            int type, long address, int width, OptionalLong match, Runnable rung) {
        return doorbells.add(type, address, width, match, rung);
    }

    @Override
    public boolean doorbellsHaveThreads() {
        return true;
    }

    @Override
    public Registration posted(int type, long address, int length) {
        Block zone = new Block(kvm_coalesced_mmio_zone.SIZEOF);
        zone.bytes.putLong(kvm_coalesced_mmio_zone.addr, address);
        zone.bytes.putInt(kvm_coalesced_mmio_zone.size, length);
        zone.bytes.putInt(kvm_coalesced_mmio_zone.pio, type == IoRequestSlot.PORTIO ? 1 : 0);
        if (file.ioctl(Kvm.KVM_REGISTER_COALESCED_MMIO, zone) < 0) {
            return null;
        }
        AtomicBoolean registered = new AtomicBoolean(true);
        return () -> {
            if (registered.getAndSet(false)) {
                file.ioctl(Kvm.KVM_UNREGISTER_COALESCED_MMIO, zone);
            }
        };
    }

    /** A guest cannot go on: the whole machine stands still, and the core hears of it, once. */
    void died(Vcpu vcpu, String failure) {
        if (gate.die()) {
            events.stopped(new Autopsy(vcpu.file(), ram).report(vcpu.id(), failure));
        }
    }
}
