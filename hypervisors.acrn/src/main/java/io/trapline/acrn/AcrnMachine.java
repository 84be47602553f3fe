package io.trapline.acrn;

import io.trapline.acrn.Hsm.acrn_ioreq_notify;
import io.trapline.acrn.Hsm.acrn_vm_creation;
import io.trapline.hypervisor.CpuMode;
import io.trapline.hypervisor.IdentityMap;
import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.hypervisor.MessageSource;
import io.trapline.hypervisor.RamRange;
import io.trapline.hypervisor.Registration;
import io.trapline.hypervisor.VirtualMachine;
import io.trapline.hypervisor.VmEvents;
import io.trapline.hypervisor.VmShape;
import io.trapline.hypervisor.VmStop;
import io.trapline.linux.Block;
import io.trapline.linux.Descriptor;
import io.trapline.linux.Libc;
import java.io.IOException;
import java.lang.System.Logger;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * One User VM. Made in acrn-dm's order: CREATE_VM with the request page, memory, pass-through, the default
 * client before START. Ended in the only safe one: pause, every thread out of ATTACH, client, VM, file.
 */
final class AcrnMachine implements VirtualMachine {
    private static final Logger LOG = System.getLogger("io.trapline.acrn");
    private static final long PROTECTED_MODE_END = 1L << 32, REAL_MODE_END = 1L << 20;

    /** Of an ioctl at the end, which is not to be left out. */
    private static final int ATTEMPTS = 3;

    /** How long the driver has to end what it does; more than it gives itself. */
    private static final long DRIVER_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

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
    private final AtomicBoolean dead = new AtomicBoolean();
    private PassThrough passThrough;
    private InterruptMonitor monitor;
    private boolean created;
    private boolean booted;
    private boolean client;
    private boolean paused;
    private boolean held;
    private boolean closed;

    /**
     * Creates it; what was made is undone if something fails.
     *
     * @param hsm its file, taken over
     */
    AcrnMachine(HsmFile hsm, VmShape shape, AcrnOptions options, VmEvents events)
            throws IOException {
        this(hsm, shape, options, events, GuestRam.HOLE);
    }

    /** With the end of low memory at another place than 2 GiB. */
    AcrnMachine(HsmFile hsm, VmShape shape, AcrnOptions options, VmEvents events, long hole)
            throws IOException {
        this.shape = shape;
        this.events = events;
        this.hsm = hsm;
        this.file = hsm.shared();
        this.doorbells = new Doorbells(file, "acrn-" + shape.name() + "-doorbells");
        this.interrupts = new Interrupts(hsm, complaints);
        GuestRam memory = null;
        try {
            page = new RequestPage();
            memory = new GuestRam(shape.name(), shape.memory(), options.pages(), hole);
            ram = memory;
            slots = page.slots(create(options));
            ram.map(hsm);
            passThrough = options.passThrough().prepare(hsm::call, complaints, ram.ranges());
            passThrough.give();
            if (options.storms() != null && !passThrough.isEmpty()) {
                monitor =
                        new InterruptMonitor(shape.name(), hsm::call, complaints, options.storms());
            }
        } catch (IOException | RuntimeException e) {
            if (created) {
                attempt(Ioctl.PAUSE_VM);
            }
            if (!created || destroy()) {
                hsm.close();
            }
            if (memory != null) {
                memory.close();
            }
            throw e;
        }
        attach =
                new Attach(hsm, events, w -> died(0, w), "acrn-" + shape.name() + "-attach", slots);
    }

    /** The number of vCPUs. */
    private int create(AcrnOptions options) throws IOException {
        Block creation = new Block(acrn_vm_creation.SIZEOF);
        creation.bytes.put(acrn_vm_creation.uuid, options.name());
        creation.bytes.putLong(acrn_vm_creation.vm_flag, options.flags());
        creation.bytes.putLong(acrn_vm_creation.ioreq_buf, page.address());
        creation.bytes.putLong(acrn_vm_creation.cpu_affinity, options.affinity());
        hsm.call(Ioctl.CREATE_VM, creation, options.toString());
        created = true;
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

    /** The default client comes first, and stays if the start is refused: it can be tried again. */
    @Override
    public void start() throws IOException {
        if (!client) {
            hsm.call(Ioctl.CREATE_IOREQ_CLIENT, 0, "");
            client = true;
            attach.begin();
        }
        hsm.call(Ioctl.START_VM, 0, "");
    }

    @Override
    public void pause() throws IOException {
        hsm.call(Ioctl.PAUSE_VM, 0, "");
        paused = true;
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
        paused = false;
    }

    /** Completes what is outstanding and forgets it. */
    @Override
    public void reset() throws IOException {
        if (!paused) { // the hypervisor would refuse it too, but only when the requests are gone
            throw hsm.refused(Ioctl.RESET_VM, "", Libc.EPERM);
        }
        held = true;
        attach.hold();
        await(false);
        hsm.call(Ioctl.CLEAR_VM_IOREQ, 0, "");
        await(true);
        hsm.call(Ioctl.PAUSE_VM, 0, ""); // it may have been reset already, and not started
        hsm.call(Ioctl.RESET_VM, 0, "");
        passThrough.takeBack(); // the functions are reset, and no longer write to memory
        passThrough.give();
    }

    /**
     * Lets the driver end what it had begun when the User VM was paused. A request that it has not looked at yet
     * would find no client, or be handed over after the reset; its own threads complete a slot without asking
     * whether it is still theirs, and CLEAR_VM_IOREQ does not wait for their last step.
     *
     * @param told whether the hypervisor is to have heard of every completion, too
     */
    private void await(boolean told) {
        long deadline = System.nanoTime() + DRIVER_NANOS;
        while (busy(told) && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(50));
        }
    }

    private boolean busy(boolean told) {
        boolean busy = false;
        for (IoRequestSlot slot : slots) {
            busy |=
                    switch (slot.state()) {
                        case IoRequestSlot.PENDING -> true;
                        case IoRequestSlot.PROCESSING -> slot.kernelHandled();
                        case IoRequestSlot.COMPLETE -> told && !slot.completionPolling();
                        default -> false;
                    };
        }
        return busy;
    }

    /**
     * As the contract says; but if the hypervisor does not let the User VM go, the file stays open and this can
     * be called again: closing it would free what is still in the driver's list of VMs, and crash the Service VM.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        attempt(Ioctl.PAUSE_VM); // before a vCPU would miss who answers it
        if (client) {
            await(false);
            attach.end();
        }
        doorbells.close();
        interrupts.close();
        file.retire();
        if (client) {
            attempt(Ioctl.DESTROY_IOREQ_CLIENT);
            client = false;
        }
        closed = destroy();
        if (closed) {
            hsm.close();
            ram.close();
        }
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

    /** Whether the driver has let go of it. */
    private boolean destroy() {
        takeBack();
        boolean gone = attempt(Ioctl.DESTROY_VM);
        if (!gone) {
            LOG.log(
                    Logger.Level.ERROR,
                    "machine {0}: its User VM cannot be destroyed. Its file and its memory stay until this"
                            + " process ends; end it, and if the hypervisor refuses then, too, restart the"
                            + " host: the driver does not survive that",
                    shape.name());
        }
        return gone;
    }

    /** Tries a few times; what fails is told to the log. */
    private boolean attempt(Ioctl ioctl) {
        for (int left = ATTEMPTS; left > 0; left--) {
            try {
                hsm.call(ioctl, 0, "");
                return true;
            } catch (IOException e) {
                complaints.add(ioctl, e.getMessage());
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
        }
        return false;
    }

    /** The driver stores COMPLETE, and tells the hypervisor unless it polls. */
    @Override
    public void complete(int vcpu) {
        if (!attach.answered(vcpu)) {
            tooLate(vcpu);
            return;
        }
        int result = file.directIoctl(Hsm.ACRN_IOCTL_NOTIFY_REQUEST_FINISH, notice(vcpu));
        if (result < 0) {
            notNotified(vcpu, -result);
        }
        attach.completed(vcpu);
    }

    private long notice(int vcpu) {
        return noticesAddress + (long) vcpu * acrn_ioreq_notify.SIZEOF;
    }

    /** The driver would complete the vCPU's next request, or a slot that is FREE: it is not told. */
    private void tooLate(int vcpu) {
        if (!file.closed()) {
            complaints.add(
                    Ioctl.NOTIFY_REQUEST_FINISH,
                    "machine " + shape.name() + ": vCPU " + vcpu + " has no request to complete");
        }
    }

    /** The vCPU waits for ever, unless the hypervisor hears of it after all. */
    private void notNotified(int vcpu, int errno) {
        if (file.closed()) {
            return;
        }
        String why = hsm.refused(Ioctl.NOTIFY_REQUEST_FINISH, "vCPU " + vcpu, errno).getMessage();
        complaints.add(Ioctl.NOTIFY_REQUEST_FINISH, why);
        if (file.ioctl(Hsm.ACRN_IOCTL_NOTIFY_REQUEST_FINISH, notice(vcpu)) < 0 && !file.closed()) {
            died(vcpu, why);
        }
    }

    /** Tells the core, once. */
    private void died(int vcpu, String why) {
        if (!dead.getAndSet(true)) {
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
    public MessageSource messageSource(long address, int data) {
        MessageSource source = interrupts.source(address, data);
        return source != null ? source : VirtualMachine.super.messageSource(address, data);
    }

    @Override
    public Registration doorbell(
            int type, long address, int width, OptionalLong match, Runnable rung) {
        return doorbells.add(type, address, width, match, rung);
    }
}
