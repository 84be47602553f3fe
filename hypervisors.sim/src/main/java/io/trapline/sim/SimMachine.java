package io.trapline.sim;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.trapline.hypervisor.CpuMode;
import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.hypervisor.RamRange;
import io.trapline.hypervisor.Registration;
import io.trapline.hypervisor.ScriptedGuest;
import io.trapline.hypervisor.VirtualMachine;
import io.trapline.hypervisor.VmEvents;
import io.trapline.hypervisor.VmShape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** A simulated machine: the request page in plain memory, a thread per vCPU. */
public final class SimMachine implements VirtualMachine {
    private enum State {
        CREATED,
        RUNNING,
        PAUSED,
        CLOSED
    }

    /** Where the boot processor was told to begin; a script takes no notice. */
    record Boot(CpuMode mode, long entry) {}

    private final VmShape shape;
    private final SimOptions options;
    private final ScriptedGuest guest;
    private final VmEvents events;
    private final Consumer<SimMachine> closing;
    private final Turns turns;
    private final Schedule schedule;
    private final ByteBuffer page;
    private final SimRam memory;
    private final Doorbells doorbells;
    private final PostedZones zones = new PostedZones();
    private final AtomicLong strayAnswers = new AtomicLong();
    private final List<PowerOn> left = new ArrayList<>();
    private volatile PowerOn life;
    private volatile Boot boot = new Boot(CpuMode.REAL, 0);
    private State state = State.CREATED;

    SimMachine(
            VmShape shape,
            SimOptions options,
            ScriptedGuest guest,
            VmEvents events,
            Consumer<SimMachine> closing)
            throws IOException {
        this.shape = shape;
        this.options = options;
        this.guest = guest;
        this.events = events;
        this.closing = closing;
        this.turns = options.deterministic() ? new Turns() : null;
        this.schedule = turns != null ? turns : new FreeRunning();
        int length = IoRequestSlot.PAGE_LENGTH;
        this.page =
                ByteBuffer.allocateDirect(2 * length)
                        .alignedSlice(length)
                        .slice(0, length)
                        .order(LITTLE_ENDIAN);
        this.memory = SimRam.map(shape.name(), shape.memory());
        this.doorbells = new Doorbells(shape.name(), options.deterministic());
        freeSlots();
        this.life = new PowerOn(this, shape.vcpus());
    }

    // ---- life ----

    @Override
    public void boot(CpuMode mode, long entry) {
        boot = new Boot(mode, entry);
    }

    @Override
    public void start() throws IOException {
        if (state != State.CREATED) {
            throw refused("start");
        }
        life.begin();
        state = State.RUNNING;
    }

    /** As the contract says; a machine that does not run has nothing to pause. */
    @Override
    public void pause() throws IOException {
        if (state == State.RUNNING) {
            life.pause();
            state = State.PAUSED;
        }
    }

    @Override
    public void resume() throws IOException {
        if (state == State.RUNNING) {
            return;
        }
        if (state != State.PAUSED) {
            throw refused("resume");
        }
        life.resume();
        life.begin();
        state = State.RUNNING;
    }

    /**
     * As the contract says. A vCPU's thread that is in the core's hands at that moment is left there; it ends
     * when the core lets it go, and touches nothing.
     */
    @Override
    public void reset() throws IOException {
        if (state != State.PAUSED) {
            throw refused("reset");
        }
        life.end(false);
        left.removeIf(PowerOn::isOver);
        left.add(life);
        freeSlots();
        PowerOn next = new PowerOn(this, shape.vcpus());
        next.pause();
        life = next;
    }

    /** As the contract says; a thread that the core or a script holds for more than 2 s is left to itself. */
    @Override
    public void close() {
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        life.end(true);
        left.forEach(old -> old.end(true));
        left.clear();
        PowerOn.join(doorbells.close(), PowerOn.patience());
        closing.accept(this);
    }

    private IllegalStateException refused(String call) {
        return new IllegalStateException(
                "machine " + name() + ": cannot " + call + ", is " + state);
    }

    private void freeSlots() {
        for (int i = 0; i < IoRequestSlot.COUNT; i++) {
            new IoRequestSlot(page, i).state(IoRequestSlot.FREE);
        }
    }

    // ---- what it has ----

    @Override
    public ByteBuffer requestPage() {
        return page;
    }

    @Override
    public List<RamRange> ram() {
        return memory.ranges();
    }

    @Override
    public int vcpus() {
        return shape.vcpus();
    }

    /** The machine's name. */
    public String name() {
        return shape.name();
    }

    /**
     * How often {@link #complete} was called when no answer was due. Such calls do nothing here; on ACRN they
     * complete the vCPU's next request.
     */
    public long strayAnswers() {
        return strayAnswers.get();
    }

    // ---- from any thread ----

    @Override
    public void complete(int vcpu) {
        if (!life.cpus[vcpu].complete()) {
            strayAnswers.incrementAndGet();
        }
    }

    @Override
    public void interruptLine(int gsi, boolean high) {
        PowerOn now = life;
        now.interrupts.line(Interrupts.checkLine(gsi), high);
        now.wakeBlocked();
    }

    @Override
    public boolean message(long address, int data) {
        PowerOn now = life;
        boolean delivered = now.interrupts.message(address, data);
        now.wakeBlocked();
        return delivered;
    }

    @Override
    public Registration doorbell(
            int type, long address, int width, OptionalLong match, Runnable rung) {
        return doorbells.add(type, address, width, match, rung);
    }

    @Override
    public Registration posted(int type, long address, int length) {
        return zones.add(type, address, length);
    }

    // ---- for its parts ----

    Boot boot() {
        return boot;
    }

    PowerOn life() {
        return life;
    }

    Turns turns() {
        return turns;
    }

    SimOptions options() {
        return options;
    }

    Schedule schedule() {
        return schedule;
    }

    VmEvents events() {
        return events;
    }

    ScriptedGuest guest() {
        return guest;
    }

    String guestName() {
        return options.guest();
    }

    boolean polling() {
        return options.polling();
    }

    SimRam memory() {
        return memory;
    }

    Doorbells doorbells() {
        return doorbells;
    }

    PostedZones zones() {
        return zones;
    }
}
