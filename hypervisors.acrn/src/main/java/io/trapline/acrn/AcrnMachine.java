package io.trapline.acrn;

import com.sun.jna.Native;
import io.trapline.acrn.Hsm.acrn_ioreq_notify;
import io.trapline.acrn.Hsm.acrn_vm_creation;
import io.trapline.hypervisor.CpuMode;
import io.trapline.hypervisor.IdentityMap;
import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.hypervisor.RamRange;
import io.trapline.hypervisor.Registration;
import io.trapline.hypervisor.VirtualMachine;
import io.trapline.hypervisor.VmEvents;
import io.trapline.hypervisor.VmShape;
import io.trapline.hypervisor.VmStop;
import io.trapline.linux.Block;
import io.trapline.linux.Descriptor;
import java.io.IOException;
import java.lang.System.Logger;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One User VM. Made in acrn-dm's order: CREATE_VM with the request page, memory, pass-through, the default
 * client before START. Ended in the only safe one: pause, every thread out of ATTACH, client, VM, file.
 */
final class AcrnMachine implements VirtualMachine {
    private static final Logger LOG = System.getLogger("io.trapline.acrn");
    private static final long PROTECTED_MODE_END = 1L << 32, REAL_MODE_END = 1L << 20;

    /** How long a request that the driver has not looked at yet is waited for at a reset. */
    private static final long DISPATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final VmShape shape;
    private final VmEvents events;
    private final HsmFile hsm;
    private final Descriptor file;
    private final GuestRam ram;
    private final RequestPage page;
    private final Block notices = new Block(IoRequestSlot.COUNT * acrn_ioreq_notify.SIZEOF);
    private final long noticesAddress = notices.address();
    private final IoRequestSlot[] slots;
    private final Attach attach;
    private final Doorbells doorbells;
    private final Interrupts interrupts;
    private final Complaints complaints = new Complaints();
    private PassThrough passThrough;
    private InterruptMonitor monitor;
    private boolean booted;
    private boolean client;
    private boolean held;
    private boolean closed;

    /**
     * Creates it; what was made is undone if something fails.
     *
     * @param hsm its file, taken over
     */
    AcrnMachine(HsmFile hsm, VmShape shape, AcrnOptions options, VmEvents events)
            throws IOException {
        this.shape = shape;
        this.events = events;
        this.hsm = hsm;
        this.file = hsm.shared();
        GuestRam memory = null;
        boolean created = false;
        try {
            page = new RequestPage();
            memory = new GuestRam(shape.name(), shape.memory(), options.pages(), GuestRam.HOLE);
            ram = memory;
            slots = page.slots(create(options));
            created = true;
            ram.map(hsm);
            passThrough = options.passThrough().prepare(hsm::call, complaints, ram.ranges());
            passThrough.give();
            if (options.storms() != null && !passThrough.isEmpty()) {
                monitor =
                        new InterruptMonitor(shape.name(), hsm::call, complaints, options.storms());
            }
        } catch (IOException | RuntimeException e) {
            if (created) {
                destroy();
            }
            hsm.close();
            if (memory != null) {
                memory.close();
            }
            throw e;
        }
        attach = new Attach(hsm, events, "acrn-" + shape.name() + "-attach", slots);
        doorbells = new Doorbells(file, "acrn-" + shape.name() + "-doorbells");
        interrupts = new Interrupts(hsm, complaints);
    }

    /** The number of vCPUs. */
    private int create(AcrnOptions options) throws IOException {
        Block creation = new Block(acrn_vm_creation.SIZEOF);
        creation.bytes.put(acrn_vm_creation.uuid, options.name());
        creation.bytes.putLong(acrn_vm_creation.vm_flag, options.flags());
        creation.bytes.putLong(acrn_vm_creation.ioreq_buf, page.address());
        creation.bytes.putLong(acrn_vm_creation.cpu_affinity, options.affinity());
        hsm.call(Ioctl.CREATE_VM, creation, options.toString());
        short vmid = creation.bytes.getShort(acrn_vm_creation.vmid);
        int vcpus = creation.bytes.getShort(acrn_vm_creation.vcpu_num);
        hsm.named("VM " + Short.toUnsignedInt(vmid) + " of machine " + shape.name());
        for (int vcpu = 0; vcpu < IoRequestSlot.COUNT; vcpu++) {
            int notice = vcpu * acrn_ioreq_notify.SIZEOF;
            notices.bytes.putShort(notice + acrn_ioreq_notify.vmid, vmid);
            notices.bytes.putInt(notice + acrn_ioreq_notify.vcpu, vcpu);
        }
        if (vcpus < 1 || vcpus > IoRequestSlot.COUNT) {
            throw new IOException("the hypervisor gave the User VM " + vcpus + " vCPUs");
        }
        if (vcpus != shape.vcpus()) {
            LOG.log(
                    Logger.Level.INFO,
                    "machine {0}: the hypervisor gave it {1} vCPUs; the setting vcpus={2} does not"
                            + " count on ACRN, affinity does",
                    shape.name(),
                    vcpus,
                    shape.vcpus());
        }
        return vcpus;
    }

    @Override
    public ByteBuffer requestPage() {
        return page.bytes();
    }

    @Override
    public List<RamRange> ram() {
        return ram.ranges();
    }

    @Override
    public int vcpus() {
        return slots.length;
    }

    @Override
    public void boot(CpuMode mode, long entry) throws IOException {
        long end = mode == CpuMode.REAL ? REAL_MODE_END : PROTECTED_MODE_END;
        if (entry < 0 || entry >= end) {
            throw new IllegalArgumentException(
                    "machine %s: entry=0x%X, %s mode reaches 0x%X"
                            .formatted(shape.name(), entry, mode, end - 1));
        }
        if (mode == CpuMode.LONG) {
            IdentityMap.write(ram.ranges(), booted);
        }
        booted = true;
        BootRegisters.set(hsm, mode, entry);
    }

    @Override
    public void start() throws IOException {
        hsm.call(Ioctl.CREATE_IOREQ_CLIENT, 0, "");
        client = true;
        attach.begin();
        hsm.call(Ioctl.START_VM, 0, "");
    }

    @Override
    public void pause() throws IOException {
        hsm.call(Ioctl.PAUSE_VM, 0, "");
    }

    @Override
    public boolean resumable() {
        return false;
    }

    /** Starts it anew after {@link #reset}; the hypervisor refuses it after a mere pause. */
    @Override
    public void resume() throws IOException {
        if (held) {
            held = false;
            attach.release();
        }
        hsm.call(Ioctl.START_VM, 0, "");
    }

    /**
     * Completes what is outstanding and forgets it. The driver may not have looked at a request yet when the
     * User VM was paused: it does so first, or the request would be handed over after the reset.
     */
    @Override
    public void reset() throws IOException {
        held = true;
        attach.hold();
        long deadline = System.nanoTime() + DISPATCH_NANOS;
        while (pending() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(50));
        }
        hsm.call(Ioctl.CLEAR_VM_IOREQ, 0, "");
        hsm.call(Ioctl.RESET_VM, 0, "");
        passThrough.takeBack(); // the functions are reset, and no longer write to memory
        passThrough.give();
    }

    private boolean pending() {
        for (IoRequestSlot slot : slots) {
            if (slot.state() == IoRequestSlot.PENDING) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        destroy();
        doorbells.close();
        hsm.close();
        ram.close();
    }

    /** What fails is told to the log, and the next step done: nothing is to stay because of it. */
    private void destroy() {
        attempt(Ioctl.PAUSE_VM);
        if (client) {
            attach.end();
            attempt(Ioctl.DESTROY_IOREQ_CLIENT);
        }
        takeBack();
        attempt(Ioctl.DESTROY_VM);
    }

    /** What was passed through, from a VM that is paused or has not run, and nobody looks at it any more. */
    private void takeBack() {
        if (monitor != null) {
            monitor.close();
        }
        if (passThrough != null) {
            passThrough.takeBack();
        }
    }

    private void attempt(Ioctl ioctl) {
        try {
            hsm.call(ioctl, 0, "");
        } catch (IOException e) {
            complaints.add(ioctl, e.getMessage());
        }
    }

    /** The driver stores COMPLETE, and tells the hypervisor unless it polls. */
    @Override
    public void complete(int vcpu) {
        long notice = noticesAddress + (long) vcpu * acrn_ioreq_notify.SIZEOF;
        if (file.ioctl(Hsm.ACRN_IOCTL_NOTIFY_REQUEST_FINISH, notice) < 0) {
            notNotified(vcpu, Native.getLastError());
        }
        attach.completed(vcpu);
    }

    /** The vCPU waits for ever, unless the hypervisor hears of it after all. */
    private void notNotified(int vcpu, int errno) {
        if (file.closed()) {
            return;
        }
        String why = hsm.refused(Ioctl.NOTIFY_REQUEST_FINISH, "vCPU " + vcpu, errno).getMessage();
        complaints.add(Ioctl.NOTIFY_REQUEST_FINISH, why);
        long notice = noticesAddress + (long) vcpu * acrn_ioreq_notify.SIZEOF;
        if (file.ioctl(Hsm.ACRN_IOCTL_NOTIFY_REQUEST_FINISH, notice) < 0 && !file.closed()) {
            events.stopped(new VmStop(VmStop.Kind.DIED, vcpu, why, Map.of()));
        }
    }

    @Override
    public void threadLost() {
        attach.threadLost();
    }

    @Override
    public int interruptLines() {
        return Interrupts.LINES;
    }

    @Override
    public void interruptLine(int gsi, boolean high) {
        interrupts.line(gsi, high);
    }

    @Override
    public boolean message(long address, int data) {
        return interrupts.message(address, data);
    }

    @Override
    public Registration doorbell(
            int type, long address, int width, OptionalLong match, Runnable rung) {
        return doorbells.add(type, address, width, match, rung);
    }
}
