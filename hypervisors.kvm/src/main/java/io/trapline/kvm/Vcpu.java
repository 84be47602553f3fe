package io.trapline.kvm;

import static io.trapline.hypervisor.IoRequestSlot.COMPLETE;
import static io.trapline.hypervisor.IoRequestSlot.FREE;
import static io.trapline.hypervisor.IoRequestSlot.MMIO;
import static io.trapline.hypervisor.IoRequestSlot.PENDING;
import static io.trapline.hypervisor.IoRequestSlot.PORTIO;
import static io.trapline.hypervisor.IoRequestSlot.PROCESSING;
import static io.trapline.hypervisor.IoRequestSlot.READ;
import static io.trapline.hypervisor.IoRequestSlot.WRITE;

import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.hypervisor.VmEvents;
import io.trapline.kvm.Kvm.kvm_run;
import io.trapline.linux.DirectCall;
import io.trapline.linux.Kick;
import io.trapline.linux.Libc;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;

/**
 * One vCPU and the thread that runs it: KVM_RUN, the exit into the slot, the answer out of it, KVM_RUN.
 *
 * <p>That loop ({@link #serve}) allocates nothing, takes no lock, and makes no system call but KVM_RUN: any other
 * ioctl on a vCPU can cost as much as a whole exit. The exit is read from the page shared with the kernel, and
 * {@link DirectCall} makes the call.
 *
 * <p><b>Why no answer is missed.</b> {@link #complete} stores COMPLETE and then wakes. The thread reads
 * the state, and parks only if it is not COMPLETE; a permit given between the two makes the park return at once,
 * and one given before is taken by the park, which returns, and the state is read again. So a COMPLETE followed
 * by a wake never leaves the thread parked. {@link Gate} says why none is taken for stopped that is not.
 */
final class Vcpu implements Runnable {
    /** Looks at the state before parking: an answer that is on its way in another thread takes about 1 us. */
    private static final int SPINS = 64;

    private final int id;
    private final int fd;
    private final VcpuFile file;
    private final ByteBuffer run;
    private final IoRequestSlot slot;
    private final PostedWrites posted;
    private final KvmMachine machine;
    private final VmEvents events;
    private final Gate gate;
    private final Thread thread;

    /** Others want this thread at the gate. Set under the gate's monitor, cleared on passing. */
    private volatile boolean attention;

    /** Outside the guest, and bound to pass the gate, if there is attention, before it goes on. */
    private volatile boolean waiting;

    /** What it was doing before it passed the gate was forgotten by a reset. Only this thread's. */
    private boolean dropped;

    // Guarded by the gate's monitor
    private int tid;
    private boolean atGate;
    private boolean busy;
    private boolean forgotten;

    Vcpu(int id, VcpuFile file, IoRequestSlot slot, PostedWrites posted, KvmMachine machine) {
        this.id = id;
        this.file = file;
        this.fd = file.fd();
        this.run = file.run();
        this.slot = slot;
        this.posted = posted;
        this.machine = machine;
        this.events = machine.events();
        this.gate = machine.gate();
        this.thread = new Thread(null, this, "kvm-" + machine.name() + "-vcpu" + id);
        thread.setDaemon(true);
        slot.state(FREE);
    }

    int id() {
        return id;
    }

    VcpuFile file() {
        return file;
    }

    Thread thread() {
        return thread;
    }

    /** The answer is there. From any thread. */
    void complete() {
        slot.state(COMPLETE);
        wake();
    }

    /** There is something to look at. From any thread. */
    void wake() {
        if (Thread.currentThread() != thread) {
            LockSupport.unpark(thread);
        }
    }

    /** The thread: runs the guest until the machine is closed. */
    @Override
    public void run() {
        gate.begin(this);
        try {
            boolean on = true;
            while (on) {
                on = serveUntilFailure();
            }
        } finally {
            gate.end(this);
        }
    }

    private boolean serveUntilFailure() {
        try {
            serve();
            return false;
        } catch (
                Throwable
                        e) { // the core never throws, and an Error is not to vanish with its thread
            return die("the vCPU's thread failed: " + e);
        }
    }

    private void serve() {
        for (; ; ) {
            int result = DirectCall.ioctl(fd, Kvm.KVM_RUN, 0);
            if (result < 0) {
                if (!interrupted(-result)) {
                    return;
                }
                continue;
            }
            if (!posted.isEmpty() && !servePosted()) {
                continue;
            }
            int reason = run.getInt(kvm_run.exit_reason);
            if (reason == Kvm.KVM_EXIT_IO) {
                servePort();
            } else if (reason == Kvm.KVM_EXIT_MMIO) {
                serveMemory();
            } else if (!die("")) {
                return;
            }
        }
    }

    private void servePort() {
        long io = run.getLong(kvm_run.io__direction); // and size, port, count: one load
        int size = (int) (io >>> 8) & 0xFF;
        int port = (int) (io >>> 16) & 0xFFFF;
        int data = (int) run.getLong(kvm_run.io__data_offset);
        if (io >>> 32 != 1) {
            serveString((int) io & 0xFF, port, size, (int) (io >>> 32), data);
        } else if ((io & 0xFF) == Kvm.KVM_EXIT_IO_OUT) {
            if (ask(PORTIO, WRITE, port, size, run.getInt(data) & mask(size))) {
                slot.state(FREE);
            }
        } else if (ask(PORTIO, READ, port, size, 0)) {
            run.putInt(data, (int) slot.value());
            slot.state(FREE);
        }
    }

    private void serveMemory() {
        long address = run.getLong(kvm_run.mmio__phys_addr);
        long access = run.getLong(kvm_run.mmio__len); // and is_write: one load
        int length = (int) access;
        if ((access >>> 32 & 0xFF) != 0) {
            if (ask(MMIO, WRITE, address, length, run.getLong(kvm_run.mmio__data) & mask(length))) {
                slot.state(FREE);
            }
        } else if (ask(MMIO, READ, address, length, 0)) {
            run.putLong(kvm_run.mmio__data, slot.value());
            slot.state(FREE);
        }
    }

    /** {@code ins} and {@code outs} with a repeat prefix: one request per element, in order. */
    private void serveString(int direction, int port, int size, int count, int data) {
        for (int at = data; at < data + count * size; at += size) {
            if (direction == Kvm.KVM_EXIT_IO_OUT) {
                if (!ask(PORTIO, WRITE, port, size, element(at, size))) {
                    return;
                }
            } else {
                if (!ask(PORTIO, READ, port, size, 0)) {
                    return;
                }
                element(at, size, (int) slot.value());
            }
            slot.state(FREE);
        }
    }

    /** What the coalesced zones held back, before the exit that came after it. */
    private boolean servePosted() {
        waiting = true;
        posted.lock.lock();
        try {
            waiting = false;
            if (attention && !pass(true)) {
                return false;
            }
            while (!posted.isEmpty()) {
                int entry = posted.first();
                int length = posted.length(entry);
                int type = posted.isPort(entry) ? PORTIO : MMIO;
                long value = posted.data(entry) & mask(length);
                if (!ask(type, WRITE, posted.address(entry), length, value)) {
                    return false;
                }
                posted.advance();
                slot.state(FREE);
            }
            return true;
        } finally {
            posted.lock.unlock();
        }
    }

    /** One request, through all its states; whether it has been answered. */
    private boolean ask(int type, int direction, long address, int size, long value) {
        slot.request(type, direction, address, size, value);
        slot.state(PENDING);
        slot.state(PROCESSING);
        events.request(id);
        return slot.state() == COMPLETE && !attention || settle();
    }

    /** The answer comes late, or the machine is held: whether there is an answer, and somebody to take it. */
    private boolean settle() {
        for (int spin = 0; spin < SPINS && slot.state() != COMPLETE; spin++) {
            Thread.onSpinWait();
        }
        boolean interrupted = false;
        while (slot.state() != COMPLETE && !(attention && gate.abandons(this))) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted(); // else the next park would not wait
        }
        if (interrupted) {
            thread.interrupt();
        }
        return !attention || pass(true);
    }

    /** KVM_RUN failed: whether to run on. */
    private boolean interrupted(int errno) {
        if (errno != Libc.EINTR
                && errno != Libc.EAGAIN) { // EAGAIN: an application processor was woken
            return die("KVM_RUN: " + Libc.text(errno));
        }
        if (!gate.pass(this, false)) {
            return false;
        }
        if (!posted.isEmpty()) {
            servePosted();
        }
        return true;
    }

    /** The guest cannot go on: whether a reset has brought it back. */
    private boolean die(String failure) {
        waiting = true;
        machine.died(this, failure);
        boolean on = gate.pass(this, true);
        waiting = false;
        return on;
    }

    private boolean pass(boolean busy) {
        return gate.pass(this, busy) && !dropped;
    }

    private static long mask(int bytes) {
        return -1L >>> -Byte.SIZE * bytes; // the shift counts modulo 64
    }

    private long element(int at, int size) {
        return switch (size) {
            case 1 -> run.get(at) & 0xFF;
            case 2 -> run.getShort(at) & 0xFFFF;
            default -> run.getInt(at) & 0xFFFF_FFFFL;
        };
    }

    private void element(int at, int size, int value) {
        switch (size) {
            case 1 -> run.put(at, (byte) value);
            case 2 -> run.putShort(at, (short) value);
            default -> run.putInt(at, value);
        }
    }

    // What follows is called by the gate, under its monitor.

    void begin() {
        tid = Kick.join();
    }

    void arrive(boolean busy) {
        this.busy = busy;
        atGate = true;
    }

    void leave(boolean closing) {
        atGate = false;
        dropped = forgotten;
        forgotten = false;
        attention = closing;
    }

    /** Whether it cannot enter the guest: see {@link Gate}. */
    boolean stopped() {
        int request = slot.state();
        return tid == 0
                || atGate
                || waiting
                || forgotten
                || request == PENDING
                || request == PROCESSING
                || thread == Thread.currentThread();
    }

    void attention() {
        attention = true;
    }

    void immediateExit(boolean exit) {
        if (!file.closed()) {
            run.put(kvm_run.immediate_exit, (byte) (exit ? 1 : 0));
        }
    }

    void kick() {
        if (tid != 0) {
            Kick.thread(tid);
        }
    }

    /** Power-on: whatever it is in the middle of has never been. */
    void forget() {
        forgotten = tid != 0 && (!atGate || busy);
        attention = true;
        posted.clear();
        slot.state(FREE);
        wake();
    }

    boolean forgotten() {
        return forgotten;
    }

    void free() {
        tid = 0;
        file.close();
    }
}
