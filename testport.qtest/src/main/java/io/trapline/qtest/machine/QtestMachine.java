package io.trapline.qtest.machine;

import static io.trapline.hypervisor.IoRequestSlot.READ;
import static io.trapline.hypervisor.IoRequestSlot.WRITE;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.trapline.hypervisor.CpuMode;
import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.hypervisor.MachineTime;
import io.trapline.hypervisor.RamRange;
import io.trapline.hypervisor.VirtualMachine;
import io.trapline.hypervisor.VmEvents;
import io.trapline.hypervisor.VmShape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * A machine whose accesses are made, one at a time, by the thread that calls {@link #read} and {@link #write}.
 * Nothing else runs in it: between two calls it stands still, its time too.
 */
public final class QtestMachine implements VirtualMachine {
    private static final long MESSAGES = 0xFEE0_0000L;
    private static final long MESSAGES_MASK = 0xFFFF_FFFF_FFF0_0000L;

    /** How long a device may keep the machine from being paused. */
    private static final long PATIENCE_SECONDS = 3;

    private enum State {
        CREATED,
        RUNNING,
        PAUSED,
        CLOSED
    }

    private final VmShape shape;
    private final VmEvents events;
    private final Consumer<QtestMachine> closing;
    private final ByteBuffer page;
    private final IoRequestSlot slot;
    private final QtestRam ram;
    private final InterruptLines lines = new InterruptLines();

    /** Held while the vCPU runs; fair, so that who wants to pause it gets it between two accesses. */
    private final ReentrantLock running = new ReentrantLock(true);

    private volatile State state = State.CREATED;
    private MachineTime time; // set before the first access

    private volatile boolean answered;

    /** Another one after each reset, and at the end. */
    private volatile Object life = new Object();

    private volatile Thread waiter;

    QtestMachine(VmShape shape, VmEvents events, Consumer<QtestMachine> closing)
            throws IOException {
        this.shape = shape;
        this.events = events;
        this.closing = closing;
        int length = IoRequestSlot.PAGE_LENGTH;
        page =
                ByteBuffer.allocateDirect(2 * length)
                        .alignedSlice(length)
                        .slice(0, length)
                        .order(LITTLE_ENDIAN);
        slot = new IoRequestSlot(page, 0);
        ram = QtestRam.map(shape.memory());
        freeSlots();
    }

    private void freeSlots() {
        for (int i = 0; i < IoRequestSlot.COUNT; i++) {
            new IoRequestSlot(page, i).state(IoRequestSlot.FREE);
        }
    }

    // ---- accesses: by the port's thread ----

    /**
     * Reads from a port or an address, as a processor would, whoever answers there.
     *
     * @param type {@link IoRequestSlot#PORTIO} or {@link IoRequestSlot#MMIO}
     * @param address port or guest-physical address
     * @param width bytes: 1, 2, 4 or 8
     * @return the value, zero-extended
     * @throws MachineStopped if it cannot be answered
     */
    public long read(int type, long address, int width) throws MachineStopped {
        if (type == IoRequestSlot.MMIO && ram.holds(address, width)) {
            return ram.load(address, width);
        }
        return access(type, READ, address, width, 0);
    }

    /** Writes, as {@link #read} reads. */
    public void write(int type, long address, int width, long value) throws MachineStopped {
        if (type == IoRequestSlot.MMIO && ram.holds(address, width)) {
            ram.store(address, width, value);
        } else {
            access(type, WRITE, address, width, value);
        }
    }

    private long access(int type, int direction, long address, int width, long value)
            throws MachineStopped {
        running.lock();
        try {
            requireRunning();
            Object mine = life;
            answered = false;
            slot.request(type, direction, address, width, value);
            slot.state(IoRequestSlot.PENDING);
            slot.state(IoRequestSlot.PROCESSING);
            events.request(0);
            if (!answered) {
                awaitAnswer(mine);
            }
            if (life != mine) {
                throw new MachineStopped("the machine was reset before the device answered");
            }
            long answer = slot.value();
            slot.state(IoRequestSlot.FREE);
            if (time.nextDeadline() <= time.now()) {
                time.advance(time.now());
            }
            return answer;
        } finally {
            running.unlock();
        }
    }

    private void requireRunning() throws MachineStopped {
        if (state != State.RUNNING) {
            throw new MachineStopped(
                    "the machine is " + state.name().toLowerCase(java.util.Locale.ROOT));
        }
    }

    /** Lets go of the lock meanwhile: a vCPU that waits for its answer counts as stopped. */
    private void awaitAnswer(Object mine) {
        waiter = Thread.currentThread();
        running.unlock();
        try {
            while (!answered && life == mine) {
                LockSupport.park(this);
            }
        } finally {
            waiter = null;
            running.lock();
        }
    }

    /** Whether an access waits for its answer. */
    boolean waits() {
        return waiter != null;
    }

    // ---- time: by the port's thread ----

    /** Nanoseconds since the machine was created. */
    public long now() {
        return time.now();
    }

    /** The earliest deadline of a timer; {@link MachineTime#NEVER}: none. */
    public long nextDeadline() {
        return time.nextDeadline();
    }

    /**
     * Moves the time; every timer on the way has run before this returns.
     *
     * @param to nanoseconds since the machine was created
     * @return now
     * @throws MachineStopped if it is paused or ended on the way
     */
    public long advance(long to) throws MachineStopped {
        long now;
        do {
            // One deadline at a time, so that who wants to pause it need not wait for all of them.
            running.lock();
            try {
                requireRunning();
                now = time.advance(Math.min(to, Math.max(time.now(), time.nextDeadline())));
            } finally {
                running.unlock();
            }
        } while (now < to);
        return now;
    }

    // ---- life ----

    @Override
    public boolean drive(MachineTime offered) {
        time = offered;
        return true;
    }

    /** No processor executes anything: there is nothing to set. */
    @Override
    public void boot(CpuMode mode, long entry) {}

    @Override
    public void start() {
        state(State.RUNNING);
    }

    @Override
    public void pause() {
        state(State.PAUSED);
    }

    @Override
    public void resume() {
        state(State.RUNNING);
    }

    @Override
    public void reset() {
        betweenAccesses(
                () -> {
                    freeSlots();
                    forget();
                });
    }

    @Override
    public void close() {
        betweenAccesses(
                () -> {
                    state = State.CLOSED;
                    forget();
                });
        closing.accept(this);
    }

    /** Nobody answers any more what was asked before. */
    private void forget() {
        life = new Object();
        LockSupport.unpark(waiter);
    }

    private void state(State next) {
        betweenAccesses(() -> state = state == State.CLOSED ? State.CLOSED : next);
    }

    /**
     * Waits for the access under way; not for one whose device does not come back: that is nobody's any more, and
     * finds the machine in another life if it ever returns.
     */
    private void betweenAccesses(Runnable change) {
        boolean held = false;
        try {
            held = running.tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            change.run();
        } finally {
            if (held) {
                running.unlock();
            }
        }
    }

    // ---- what it has ----

    @Override
    public ByteBuffer requestPage() {
        return page;
    }

    @Override
    public List<RamRange> ram() {
        return ram.ranges();
    }

    /** RAM, for those who copy. */
    public QtestRam memory() {
        return ram;
    }

    /** Its interrupt lines. */
    public InterruptLines lines() {
        return lines;
    }

    @Override
    public int vcpus() {
        return shape.vcpus();
    }

    // ---- from any thread ----

    @Override
    public void complete(int vcpu) {
        slot.state(IoRequestSlot.COMPLETE);
        answered = true;
        Thread waiting = waiter;
        if (waiting != null) {
            LockSupport.unpark(waiting);
        }
    }

    @Override
    public int interruptLines() {
        return InterruptLines.COUNT;
    }

    @Override
    public void interruptLine(int gsi, boolean high) {
        lines.inside(gsi, high);
    }

    /** A message to RAM is a store to it: how a client without a local APIC sees that it was sent. */
    @Override
    public boolean message(long address, int data) {
        if (ram.holds(address, Integer.BYTES)) {
            ram.store(address, Integer.BYTES, data);
            return true;
        }
        return (address & MESSAGES_MASK) == MESSAGES;
    }
}
