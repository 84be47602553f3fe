package io.trapline.tck;

import io.trapline.device.Board;
import io.trapline.device.Claim;
import io.trapline.device.Deferred;
import io.trapline.device.Device;
import io.trapline.device.Doorbell;
import io.trapline.device.InterruptLine;
import io.trapline.device.PciAddress;
import io.trapline.device.PciEndpoint;
import io.trapline.device.PciFunction;
import io.trapline.device.PciIdentity;
import io.trapline.device.PciSlots;
import io.trapline.device.Region;
import io.trapline.device.Timers;
import io.trapline.ioreq.pci.BarWindows;
import io.trapline.ioreq.pci.Endpoint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A machine with one device, which the test plays: the guest by {@link #in}, {@link #out}, {@link #read} and
 * {@link #write}, time by {@link #time}, the client that runs what was posted by {@link #run}.
 *
 * <p>The successor of a running device gets a board of its own, {@link #successor}. A PCI
 * function has a configuration space as in a machine, whose guest assigns everything: {@link #powerOn} after {@link
 * Device#install}. Who makes an access is not kept waiting if its answer is {@link #deferred}: the test looks itself.
 */
public final class TestBoard implements Board {
    /** Interrupt lines: 0 to 23, those of a PC's I/O APIC. */
    public static final int LINES = 24;

    /** Bytes of RAM of a board that is told nothing else. */
    public static final long RAM = 64L << 20;

    private static final int FIRST_PCI_LINE = 16;
    private static final int PCI_LINES = 4;

    /** More tasks than one {@link #run} runs: one of them posts itself. */
    private static final int ENDLESS = 100_000;

    /**
     * A message-signalled interrupt that was sent.
     *
     * @param address where to
     * @param data what
     */
    public record Message(long address, int data) {}

    private record Taken(Place place, String owner) {}

    private final String device;
    private final ManualTimers time;
    private final TestMemory memory;
    private final List<Taken> taken;
    private final List<TestClaim> claims = new ArrayList<>();
    private final Map<Integer, TestLine> lines = new LinkedHashMap<>();
    private final List<Timers.Timer> timers = new ArrayList<>();
    private final List<Endpoint> endpoints = new ArrayList<>();
    private final List<Message> messages = new ArrayList<>();
    private final Queue<Runnable> mailbox = new ConcurrentLinkedQueue<>();
    private final List<TestDeferred> deferred = new ArrayList<>();
    private int accesses; // under way, one inside the other
    private long unclaimed;
    private volatile boolean gone;

    /**
     * A board with {@link #RAM}, in the machine {@value Device#DEFAULT_MACHINE}.
     *
     * @param device the device's name
     */
    public TestBoard(String device) {
        this(device, new TestMemory(RAM));
    }

    /**
     * A board in the machine {@value Device#DEFAULT_MACHINE}.
     *
     * @param device the device's name
     * @param memory the guest's RAM
     */
    public TestBoard(String device, TestMemory memory) {
        this(device, memory, new ManualTimers(), new ArrayList<>());
    }

    private TestBoard(String device, TestMemory memory, ManualTimers time, List<Taken> taken) {
        this.device = device;
        this.memory = memory;
        this.time = time;
        this.taken = taken;
    }

    // What the test does

    /**
     * The device is taken out, and its successor comes: claims, lines and timers of this board are taken back,
     * what was posted is dropped, and further posts are.
     *
     * @return a board of the same machine, with its time, memory and neighbours, and with nothing taken
     */
    public TestBoard successor() {
        gone = true;
        claims.clear();
        timers.forEach(Timers.Timer::cancel);
        lines.values().forEach(InterruptLine::lower);
        mailbox.clear();
        return new TestBoard(device, memory, time, taken);
    }

    /**
     * Another device takes ports, so that a claim of them is refused.
     *
     * @param owner its name
     * @param first the first of them
     * @param count how many
     * @return this
     */
    public TestBoard takePorts(String owner, int first, int count) {
        taken.add(new Taken(Place.of(true, first, count), owner));
        return this;
    }

    /**
     * Another device takes addresses, so that a claim of them is refused.
     *
     * @param owner its name
     * @param first the first of them
     * @param length bytes
     * @return this
     */
    public TestBoard takeMemory(String owner, long first, long length) {
        taken.add(new Taken(Place.of(false, first, length), owner));
        return this;
    }

    /**
     * The guest reads a port.
     *
     * @param port 0 to 0xFFFF
     * @param width bytes: 1, 2 or 4
     * @return zero-extended; all-ones cut to the width where no claim covers all of it
     * @throws IllegalArgumentException if no guest can do that
     */
    public long in(int port, int width) {
        return get(true, requirePort(port, width), width);
    }

    /** The guest reads one byte from a port, see {@link #in(int, int)}. */
    public int in(int port) {
        return (int) in(port, 1);
    }

    /**
     * The guest writes to a port; nothing happens where no claim covers all of it.
     *
     * @param port 0 to 0xFFFF
     * @param width bytes: 1, 2 or 4
     * @param value its low bytes are written
     * @throws IllegalArgumentException if no guest can do that
     */
    public void out(int port, int width, long value) {
        put(true, requirePort(port, width), width, value);
    }

    /** The guest writes one byte to a port, see {@link #out(int, int, long)}. */
    public void out(int port, int value) {
        out(port, 1, value);
    }

    /**
     * The guest reads from an address outside RAM.
     *
     * @param address guest-physical
     * @param width bytes: 1, 2, 4 or 8
     * @return zero-extended; all-ones cut to the width where no claim covers all of it
     * @throws IllegalArgumentException if there is no such width
     */
    public long read(long address, int width) {
        return get(false, address, width);
    }

    /**
     * The guest writes to an address outside RAM; nothing happens where no claim covers all of it.
     *
     * @param address guest-physical
     * @param width bytes: 1, 2, 4 or 8
     * @param value its low bytes are written
     * @throws IllegalArgumentException if there is no such width
     */
    public void write(long address, int width, long value) {
        put(false, address, width, value);
    }

    /**
     * Runs what was posted, and what is posted meanwhile, in order.
     *
     * @return how many tasks ran
     * @throws AssertionError if that never ends
     */
    public int run() {
        int ran = 0;
        for (Runnable task = mailbox.poll(); task != null; task = mailbox.poll()) {
            if (++ran > ENDLESS) {
                throw new AssertionError("more than " + ENDLESS + " tasks: one posts itself");
            }
            task.run();
        }
        return ran;
    }

    /** The functions on the PCI bus are laid out: they go to power-on values, as before a device's first reset. */
    public void powerOn() {
        endpoints.forEach(Endpoint::reset);
    }

    /** The functions on the PCI bus go on as the guest has programmed those of another board of the same device. */
    public void adopt(TestBoard predecessor) {
        for (int i = 0; i < endpoints.size(); i++) {
            endpoints.get(i).adopt(predecessor.endpoints.get(i));
        }
    }

    /**
     * The guest reads configuration space.
     *
     * @param function which, in the order in which the device put them on the bus
     * @param register byte offset; the access does not cross a doubleword
     * @param width bytes: 1, 2 or 4
     * @return zero-extended
     */
    public int configuration(int function, int register, int width) {
        enter();
        try {
            int value = endpoints.get(function).readConfiguration(register, width);
            return (int) Widths.cut(value, width);
        } finally {
            leave();
        }
    }

    /**
     * The guest writes configuration space.
     *
     * @param function which, in the order in which the device put them on the bus
     * @param register byte offset; the access does not cross a doubleword
     * @param width bytes: 1, 2 or 4
     * @param value its low bytes are written
     */
    public void configure(int function, int register, int width, int value) {
        int cut = (int) Widths.cut(value, width);
        enter();
        try {
            endpoints.get(function).writeConfiguration(register, width, cut);
        } finally {
            leave();
        }
    }

    // What the test sees

    /** The machine's time, in the test's hands. */
    public ManualTimers time() {
        return time;
    }

    /**
     * A line that the device has taken.
     *
     * @param gsi global system interrupt
     * @throws IllegalStateException if the device has not taken it
     */
    public TestLine line(int gsi) {
        TestLine line = lines.get(gsi);
        if (line == null) {
            throw new IllegalStateException(
                    device + " has not taken line " + gsi + ", only " + lines.keySet());
        }
        return line;
    }

    /** The lines that the device has taken, in that order. */
    public List<TestLine> lines() {
        return List.copyOf(lines.values());
    }

    /** The device's claims, mapped or not, in the order it made them; without those released. */
    public List<TestClaim> claims() {
        return List.copyOf(claims);
    }

    /**
     * The device's only claim.
     *
     * @throws IllegalStateException if it has none, or several
     */
    public TestClaim claim() {
        if (claims.size() != 1) {
            throw new IllegalStateException(device + " has not one claim but " + claims);
        }
        return claims.get(0);
    }

    /** What was posted and has not run, oldest first. */
    public List<Runnable> mailbox() {
        return List.copyOf(mailbox);
    }

    /** Message-signalled interrupts that the device sent, oldest first. */
    public List<Message> messages() {
        return List.copyOf(messages);
    }

    /** The accesses whose answer the device has taken over, answered or not, in that order. */
    public List<TestDeferred> deferred() {
        return List.copyOf(deferred);
    }

    /** Accesses of the guest that no claim covered. */
    public long unclaimed() {
        return unclaimed;
    }

    // What the device sees

    @Override
    public String machine() {
        return Device.DEFAULT_MACHINE;
    }

    @Override
    public String device() {
        return device;
    }

    @Override
    public Claim ports(int first, int count, Region region) {
        return add(new TestClaim(this, true, count, region).map(first));
    }

    @Override
    public Claim memory(long first, long length, Region region) {
        return add(new TestClaim(this, false, length, region).map(first));
    }

    @Override
    public Claim portsUnmapped(int count, Region region) {
        return add(new TestClaim(this, true, count, region));
    }

    @Override
    public Claim memoryUnmapped(long length, Region region) {
        return add(new TestClaim(this, false, length, region));
    }

    private Claim add(TestClaim claim) {
        refuseOnceGone();
        claims.add(claim);
        return claim;
    }

    /** The guest's access reaches the device. */
    void enter() {
        accesses++;
    }

    void leave() {
        accesses--;
    }

    void forget(TestClaim claim) {
        claims.remove(claim);
    }

    /** Refuses what is taken, or is RAM. */
    void reserve(Place wanted) {
        for (Taken other : taken) {
            refuseOverlap(wanted, other.place, other.owner);
        }
        for (TestClaim claim : claims) {
            if (claim.mapped()) {
                refuseOverlap(wanted, claim.place(), device);
            }
        }
        if (!wanted.ports() && memory.touches(wanted.first(), wanted.last())) {
            throw new IllegalArgumentException(
                    "memory range taken: wanted=" + wanted + " by " + device + ", owner=RAM");
        }
    }

    private void refuseOverlap(Place wanted, Place other, String owner) {
        if (wanted.overlaps(other)) {
            throw new IllegalArgumentException(
                    wanted.type()
                            + " range taken: wanted="
                            + wanted
                            + " by "
                            + device
                            + ", owner="
                            + owner
                            + " with "
                            + other);
        }
    }

    @Override
    public InterruptLine interrupt(int gsi) {
        if (gsi < 0 || gsi >= LINES) {
            throw new IllegalArgumentException(
                    "no such interrupt line: gsi="
                            + gsi
                            + " for "
                            + device
                            + ", wanted 0 to "
                            + (LINES - 1));
        }
        refuseOnceGone();
        return lines.computeIfAbsent(gsi, wanted -> new TestLine(wanted, time));
    }

    @Override
    public void message(long address, int data) {
        if (!gone) {
            messages.add(new Message(address, data));
        }
    }

    @Override
    public TestMemory memory() {
        return memory;
    }

    @Override
    public Timers timers() {
        return new Timers() {
            @Override
            public long now() {
                return time.now();
            }

            @Override
            public Timer timer(Runnable expired) {
                Objects.requireNonNull(expired, "expired");
                Timer timer = time.timer(() -> runUnlessGone(expired));
                timers.add(timer);
                return timer;
            }
        };
    }

    private void runUnlessGone(Runnable task) {
        if (!gone) {
            task.run();
        }
    }

    @Override
    public void post(Runnable task) {
        Objects.requireNonNull(task, "task");
        if (!gone) {
            mailbox.add(task);
        }
    }

    @Override
    public void posted(Claim claim, long offset, int width) {
        own(claim).post(offset, width);
    }

    @Override
    public PciEndpoint endpoint(PciIdentity identity) {
        return endpoint(identity, new PciAddress(0, 1 + endpoints.size(), 0));
    }

    @Override
    public PciEndpoint endpoint(PciIdentity identity, PciAddress address) {
        refuseOnceGone();
        for (Endpoint other : endpoints) {
            if (other.address().equals(address)) {
                throw new IllegalArgumentException("PCI function " + address + " is taken");
            }
        }
        int gsi = FIRST_PCI_LINE + address.device() % PCI_LINES;
        Endpoint endpoint = new Endpoint(this, identity, address, gsi, BarWindows.NONE);
        endpoints.add(endpoint);
        return endpoint;
    }

    @Override
    public PciSlots slots() {
        throw missing("list of the places on its PCI bus");
    }

    @Override
    public Claim pci(PciFunction function) {
        throw missing("function that keeps its own configuration space");
    }

    @Override
    public Deferred defer() {
        refuseOnceGone();
        if (accesses == 0) {
            throw new IllegalStateException("device " + device + " defers outside an access");
        }
        TestDeferred answer = new TestDeferred();
        deferred.add(answer);
        return answer;
    }

    @Override
    public Doorbell doorbell(
            Claim claim, long offset, int width, OptionalLong match, Runnable rung) {
        Objects.requireNonNull(rung, "rung");
        return own(claim).bell(offset, width, match, rung);
    }

    private TestClaim own(Claim claim) {
        if (!(claim instanceof TestClaim own) || !claims.contains(own)) {
            throw new IllegalArgumentException("not a claim of " + device + ": " + claim);
        }
        return own;
    }

    private static UnsupportedOperationException missing(String what) {
        return new UnsupportedOperationException("a TestBoard has no " + what + " yet");
    }

    private void refuseOnceGone() {
        if (gone) {
            throw new IllegalStateException("device " + device + " is gone: it can take nothing");
        }
    }

    private static int requirePort(int port, int width) {
        Widths.require(width);
        if (port < 0 || width == 8 || port > 0x1_0000 - width) {
            throw new IllegalArgumentException("no such access: port=" + port + " width=" + width);
        }
        return port;
    }

    private long get(boolean ports, long at, int width) {
        TestClaim claim = claimAt(ports, at, width);
        return claim == null
                ? Widths.cut(Region.OPEN_BUS, width)
                : claim.read(at - claim.first(), width);
    }

    private void put(boolean ports, long at, int width, long value) {
        TestClaim claim = claimAt(ports, at, width);
        if (claim != null) {
            claim.write(at - claim.first(), width, value);
        }
    }

    /** The claim that covers all of an access; null, and counted: none does. */
    private TestClaim claimAt(boolean ports, long at, int width) {
        Widths.require(width);
        for (TestClaim claim : claims) {
            if (claim.covers(ports, at, width)) {
                return claim;
            }
        }
        unclaimed++;
        return null;
    }
}
