package io.trapline.sim;

import static io.trapline.hypervisor.IoRequestSlot.COMPLETE;
import static io.trapline.hypervisor.IoRequestSlot.FREE;
import static io.trapline.hypervisor.IoRequestSlot.MMIO;
import static io.trapline.hypervisor.IoRequestSlot.PENDING;
import static io.trapline.hypervisor.IoRequestSlot.PORTIO;
import static io.trapline.hypervisor.IoRequestSlot.PROCESSING;
import static io.trapline.hypervisor.IoRequestSlot.READ;
import static io.trapline.hypervisor.IoRequestSlot.WRITE;

import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.hypervisor.ScriptedGuest;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * One vCPU: what its guest calls, and the hypervisor's and the HSM's part of a request. All on its own thread,
 * but {@link #completed}. Allocates nothing per access.
 */
final class SimCpu implements ScriptedGuest.Cpu {
    /** Phase: it runs guest code. */
    static final int GUEST = 0;

    /** Phase: its thread is in the core's hands, with a request. */
    static final int SERVED = 1;

    /** Phase: it waits, for an answer, an interrupt, or until the machine goes on. */
    static final int BLOCKED = 2;

    /** Phase: its script is over. */
    static final int ENDED = 3;

    private enum Wait {
        NOTHING,
        ANSWER,
        LINE,
        MESSAGE,
        RING,
        CLOCK
    }

    private final PowerOn life;
    private final SimMachine machine;
    private final int id;
    private final Schedule schedule;
    private final IoRequestSlot slot;
    private final boolean polling;
    private final Thread thread;

    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();
    private volatile int phase = BLOCKED;
    private Wait wait = Wait.NOTHING;
    private long waitArgument;

    SimCpu(PowerOn life, int id) {
        this.life = life;
        this.machine = life.machine;
        this.id = id;
        this.schedule = machine.schedule();
        this.slot = new IoRequestSlot(machine.requestPage(), id);
        this.polling = machine.polling();
        this.thread = new Thread(this::runGuest, "sim-" + machine.name() + "-vcpu" + id);
        thread.setDaemon(true);
    }

    // ---- the thread ----

    private void runGuest() {
        Throwable failure = null;
        boolean stopped = false;
        try {
            schedule.begin(this);
            machine.guest().run(this);
            enter();
            deliverPosted();
        } catch (GuestStopped e) {
            stopped = true;
        } catch (Throwable e) { // whatever a script does wrong kills its machine, nothing else
            failure = e;
        }
        phase(ENDED);
        if (failure != null) {
            life.died(this, failure);
        } else if (!stopped) {
            life.returned(this);
        }
        schedule.ended(this);
    }

    Thread thread() {
        return thread;
    }

    int phase() {
        return phase;
    }

    void phase(int next) {
        phase = next;
        if (next != GUEST) {
            life.leftGuest();
        }
    }

    int order() {
        return life.order();
    }

    boolean mayGoOn() {
        return life.order() == PowerOn.GO && satisfied();
    }

    boolean awaitsAnswer() {
        return wait == Wait.ANSWER;
    }

    private boolean satisfied() {
        return switch (wait) {
            case NOTHING -> true;
            case ANSWER -> slot.state() == COMPLETE && (polling || answered.get() == sent.get());
            case LINE -> life.interrupts.high((int) waitArgument);
            case MESSAGE -> life.interrupts.hasMessage(id);
            case RING -> !life.posted.isClaimed();
            case CLOCK -> schedule.nanoTime() - waitArgument >= 0;
        };
    }

    /** Nanoseconds after which a blocked vCPU has to look by itself; 0: somebody wakes it. */
    long looksAgainAfter(long pollNanos) {
        return switch (wait) {
            case ANSWER -> polling ? pollNanos : 0;
            case CLOCK -> Math.max(1, waitArgument - schedule.nanoTime());
            case NOTHING, LINE, MESSAGE, RING -> 0;
        };
    }

    void wakeIfBlocked() {
        if (phase == BLOCKED) {
            LockSupport.unpark(thread);
        }
    }

    // ---- waiting ----

    private void waitFor(Wait what, long argument) {
        waitArgument = argument;
        wait = what;
        schedule.pass(this);
        wait = Wait.NOTHING;
    }

    /** At the start of every access: a machine that is paused or stopped makes none. */
    private void enter() {
        if (life.order() != PowerOn.GO) {
            schedule.pass(this);
        }
    }

    /** Lets time pass, at least so many nanoseconds of the machine's clock. */
    void sleep(long nanos) {
        enter();
        waitFor(Wait.CLOCK, schedule.nanoTime() + nanos);
    }

    // ---- one request ----

    private long request(int type, int direction, long address, int width, long value) {
        deliverPosted();
        takeSlot().request(type, direction, address, width, value);
        return exchange();
    }

    /** Only a FREE slot is the hypervisor's; another state means that the core wrote where it must not. */
    private IoRequestSlot takeSlot() {
        int state = slot.state();
        if (state != FREE) {
            throw new AssertionError("slot of vCPU " + id + ": state=" + state + ", wanted FREE");
        }
        return slot;
    }

    private long exchange() {
        slot.completionPolling(polling);
        slot.state(PENDING); // the hypervisor's part ends here,
        sent.setRelease(sent.getPlain() + 1);
        slot.state(PROCESSING); // the HSM's here
        phase(SERVED);
        machine.events().request(id);
        waitFor(Wait.ANSWER, 0);
        long value = slot.value();
        slot.state(FREE);
        return value;
    }

    /**
     * The core has answered; from any thread. Refused, and counted, where no answer is due: more answers than
     * requests. A vCPU that polls sees COMPLETE, another waits to be told.
     */
    boolean complete() {
        int before;
        do {
            before = answered.get();
            if (before == sent.getAcquire()) {
                return false;
            }
        } while (!answered.compareAndSet(before, before + 1));
        slot.state(COMPLETE);
        if (!polling) {
            wakeIfBlocked();
        }
        return true;
    }

    // ---- posted writes and doorbells ----

    private void write(int type, long address, int width, long value) {
        long cut = value & mask(width);
        if (machine.doorbells().ring(type, address, width, cut)
                || (machine.zones().hold(type, address, width)
                        && life.posted.add(type, address, width, cut))) {
            schedule.tick(this);
        } else {
            request(type, WRITE, address, width, cut);
        }
    }

    /** Returns when everything posted so far has been answered, by this vCPU or another. */
    private void deliverPosted() {
        PostedWrites ring = life.posted;
        while (ring.size() > 0) {
            if (ring.claim()) {
                try {
                    for (int due = ring.size(); due > 0; due--) {
                        ring.sendFirst(this);
                    }
                } finally {
                    ring.release();
                    life.wakeBlocked();
                }
                return;
            }
            waitFor(Wait.RING, 0);
        }
    }

    void sendPosted(int type, long address, int width, long value) {
        takeSlot().request(type, WRITE, address, width, value);
        exchange();
    }

    // ---- what the guest calls ----

    @Override
    public int id() {
        return id;
    }

    @Override
    public long in(int port, int width) {
        checkPort(port, width);
        enter();
        return request(PORTIO, READ, port, width, 0) & mask(width);
    }

    @Override
    public void out(int port, int width, long value) {
        checkPort(port, width);
        enter();
        write(PORTIO, port, width, value);
    }

    @Override
    public long load(long address, int width) {
        checkWidth(width, 8);
        enter();
        if (machine.memory().holds(address, width)) {
            long value = machine.memory().load(address, width);
            schedule.tick(this);
            return value;
        }
        return request(MMIO, READ, address, width, 0) & mask(width);
    }

    @Override
    public void store(long address, int width, long value) {
        checkWidth(width, 8);
        enter();
        if (machine.memory().holds(address, width)) {
            machine.memory().store(address, width, value);
            schedule.tick(this);
        } else {
            write(MMIO, address, width, value);
        }
    }

    @Override
    public int readConfiguration(int bus, int device, int function, int register, int width) {
        checkWidth(width, 4);
        enter();
        deliverPosted();
        takeSlot().pciRequest(READ, bus, device, function, register, width, 0);
        return (int) (exchange() & mask(width));
    }

    @Override
    public void writeConfiguration(
            int bus, int device, int function, int register, int width, int value) {
        checkWidth(width, 4);
        enter();
        deliverPosted();
        takeSlot()
                .pciRequest(
                        WRITE, bus, device, function, register, width, (int) (value & mask(width)));
        exchange();
    }

    @Override
    public void awaitInterrupt(int gsi) {
        Interrupts.checkLine(gsi);
        enter();
        waitFor(Wait.LINE, gsi);
    }

    @Override
    public boolean interrupt(int gsi) {
        Interrupts.checkLine(gsi);
        enter();
        boolean high = life.interrupts.high(gsi);
        schedule.tick(this);
        return high;
    }

    @Override
    public int awaitMessage() {
        enter();
        waitFor(Wait.MESSAGE, 0);
        return life.interrupts.takeMessage(id);
    }

    @Override
    public long nanoTime() {
        enter();
        long now = schedule.nanoTime();
        schedule.tick(this);
        return now;
    }

    static long mask(int width) {
        return -1L >>> (64 - 8 * width);
    }

    private static void checkPort(int port, int width) {
        checkWidth(width, 4);
        if (port < 0 || port > 0xFFFF) {
            throw new IllegalArgumentException("no port: " + port + ", wanted 0 to 65535");
        }
    }

    private static void checkWidth(int width, int most) {
        if (width < 1 || width > most || Integer.bitCount(width) != 1) {
            throw new IllegalArgumentException(
                    "no such access: width="
                            + width
                            + ", wanted 1, 2, 4"
                            + (most == 8 ? ", 8" : ""));
        }
    }
}
