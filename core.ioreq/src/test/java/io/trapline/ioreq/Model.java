package io.trapline.ioreq;

import io.trapline.hypervisor.IoRequestSlot;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a machine must do, said once more and simply: one thing after the other, no threads, no snapshots, all
 * look-ups by looking at everything. Only what a guest and an administrator can see is modelled.
 */
final class Model {
    enum State {
        SERVING,
        HOLDING,
        DETACHED,
        REFUSED
    }

    /** A place that a device claims: a fixed one, or a base address register (unmapped at first). */
    static final class Claim {
        final int type;
        final long length;
        final boolean bar;
        Device device;
        long first;
        boolean mapped;
        int generation;
        long reads;
        long writes;
        long faults;

        Claim(int type, long first, long length, boolean bar) {
            this.type = type;
            this.first = first;
            this.length = length;
            this.bar = bar;
        }

        boolean contains(int type, long address, int width) {
            if (!mapped || type != this.type) {
                return false;
            }
            for (int i = 0; i < width; i++) { // byte by byte: no arithmetic to be wrong
                if (Long.compareUnsigned(address + i - first, length) >= 0
                        || Long.compareUnsigned(address + i, address) < 0) {
                    return false;
                }
            }
            return true;
        }

        boolean overlaps(int type, long first, long length) {
            return mapped
                    && type == this.type
                    && Long.compareUnsigned(this.first, first + length - 1) <= 0
                    && Long.compareUnsigned(first, this.first + this.length - 1) <= 0;
        }
    }

    /** One build of a device. */
    static final class Device {
        final String name;
        final String client;
        final int version;
        final List<Claim> claims;
        final boolean failsInstall;
        final boolean failsReset;
        final boolean failsSave;
        final boolean failsRestore;
        long[] cells = new long[8];
        int throwing;
        boolean deferring;
        long calls;

        Device(
                String name,
                String client,
                int version,
                List<Claim> claims,
                boolean failsInstall,
                boolean failsReset,
                boolean failsSave,
                boolean failsRestore) {
            this.name = name;
            this.client = client;
            this.version = version;
            this.claims = claims;
            this.failsInstall = failsInstall;
            this.failsReset = failsReset;
            this.failsSave = failsSave;
            this.failsRestore = failsRestore;
            claims.forEach(c -> c.device = this);
        }
    }

    /** What one vCPU asks. */
    static final class Request {
        final int vcpu;
        int type;
        long address;
        final int width; // 0: makes no sense
        final boolean write;
        final long value;
        boolean open = true;
        long answer;

        Request(int vcpu, int type, long address, int width, boolean write, long value) {
            this.vcpu = vcpu;
            this.type = type;
            this.address = address;
            this.width = width;
            this.write = write;
            this.value = value;
        }
    }

    /** An answer that a device owes. */
    record Deferral(Request request, Device device) {}

    private static final class Bay {
        State state = State.DETACHED;
        Device current; // whose claims these are, in SERVING and HOLDING
        Device plug; // the last
        String client;
        final List<Device> rivals = new ArrayList<>();
        final List<Request> held = new ArrayList<>();
        long[] saved;
        int hold;
        long faults;
        long swaps;
    }

    /** What happens when a deadline comes. */
    private interface Deadline {
        void come();
    }

    /** A request on its way, and the claim that it was found to be for. */
    private record Found(Request request, Claim claim, int generation) {}

    private final long ram;
    private final Map<String, Bay> bays = new TreeMap<>();
    final List<Deferral> deferrals = new ArrayList<>();
    private final List<Deadline> deadlines = new ArrayList<>();
    private int configAddress;
    long sent;
    long defaultReads;
    long defaultWrites;
    long unclaimed;
    long straddling;

    Model(long ram) {
        this.ram = ram;
    }

    // -- the guest

    void send(Request request) {
        sent++;
        if (request.type == IoRequestSlot.PCICFG
                && (request.width == 0
                        || request.width > 4
                        || (request.address & 3) + request.width > 4)) {
            byDefault(request, true);
            return;
        }
        if (request.type == IoRequestSlot.PORTIO && request.width > 0) {
            long port = request.address;
            if (port == 0xCF8 && request.width == 4) {
                countDefault(request);
                if (request.write) {
                    configAddress = (int) request.value;
                }
                answer(request, Integer.toUnsignedLong(configAddress & 0x80FF_FFFC));
                return;
            }
            if (port >= 0xCFC && port + request.width <= 0xD00 && configAddress < 0) {
                request.type = IoRequestSlot.PCICFG;
                long low = port & 3 | configAddress & 3;
                request.address =
                        (long) (configAddress >>> 8 & 0xFFFF) << 32
                                | configAddress & 0xFC
                                | (low + request.width > 4 ? port & 3 : low);
            }
        }
        deliver(List.of(request), "");
    }

    private Claim lookUp(Request request) {
        if (request.width == 0) {
            return null;
        }
        for (Bay bay : bays.values()) {
            if (bay.current != null) {
                for (Claim claim : bay.current.claims) {
                    boolean found =
                            request.type == IoRequestSlot.PCICFG
                                    ? claim.type == IoRequestSlot.PCICFG
                                            && claim.mapped
                                            && claim.first == request.address >>> 32
                                    : claim.contains(request.type, request.address, request.width);
                    if (found) {
                        return claim;
                    }
                }
            }
        }
        return null;
    }

    /**
     * Requests find their way, each to the end of its client's queue; the queues are then worked off.
     *
     * @param first the client that works first: it holds the baton
     */
    private void deliver(List<Request> requests, String first) {
        Map<String, Deque<Found>> queues = new LinkedHashMap<>();
        queues.put(first, new ArrayDeque<>());
        requests.forEach(r -> enqueue(r, queues));
        while (true) {
            Deque<Found> queue =
                    queues.values().stream().filter(q -> !q.isEmpty()).findFirst().orElse(null);
            if (queue == null) {
                return;
            }
            Found found = queue.remove();
            Claim claim = found.claim;
            if (claim == null) {
                byDefault(found.request, false);
            } else if (!claim.mapped
                    || claim.generation != found.generation
                    || bay(claim).current != claim.device) {
                enqueue(found.request, queues);
            } else if (bay(claim).state == State.HOLDING) {
                bay(claim).held.add(found.request);
            } else {
                handle(found.request, claim);
            }
        }
    }

    private void enqueue(Request request, Map<String, Deque<Found>> queues) {
        Claim claim = lookUp(request);
        String client = claim == null ? "default" : bay(claim).client;
        queues.computeIfAbsent(client, c -> new ArrayDeque<>())
                .add(new Found(request, claim, claim == null ? 0 : claim.generation));
    }

    private Bay bay(Claim claim) {
        return bays.get(claim.device.name);
    }

    private void byDefault(Request request, boolean nonsense) {
        countDefault(request);
        unclaimed++;
        if (!nonsense && request.width > 0 && request.type < IoRequestSlot.PCICFG) {
            for (int i = 0; i < request.width; i++) {
                Request single =
                        new Request(0, request.type, request.address + i, 1, request.write, 0);
                if (lookUp(single) != null) {
                    straddling++;
                    break;
                }
            }
        }
        answer(request, -1L);
    }

    private void countDefault(Request request) {
        if (request.write) {
            defaultWrites++;
        } else {
            defaultReads++;
        }
    }

    private void handle(Request request, Claim claim) {
        Device device = claim.device;
        device.calls++;
        if (request.write) {
            claim.writes++;
        } else {
            claim.reads++;
        }
        if (device.throwing > 0) {
            device.throwing--;
            claim.faults++;
            bays.get(device.name).faults++;
            answer(request, -1L);
            return;
        }
        long offset =
                request.type == IoRequestSlot.PCICFG
                        ? request.address & 0xFFFF_FFFFL
                        : request.address - claim.first;
        long value = request.write ? request.value & mask(request.width) : 0;
        if (request.write && request.type == IoRequestSlot.PCICFG && offset == ModelRun.BAR) {
            device.claims.stream().filter(c -> c.bar).forEach(c -> move(c, ModelRun.place(value)));
        } else if (request.write) {
            device.cells[(int) offset & 7] = value;
        }
        if (device.deferring) {
            deferrals.add(new Deferral(request, device));
        } else {
            answer(request, device.cells[(int) offset & 7] + device.version);
        }
    }

    private void answer(Request request, long value) {
        if (!request.open) {
            throw new AssertionError("the model answers twice");
        }
        request.open = false;
        request.answer = value & mask(request.width);
    }

    static long mask(int width) {
        return width == 0 ? -1L : -1L >>> 64 - 8 * width;
    }

    private void move(Claim claim, long first) {
        claim.mapped = false;
        claim.generation++;
        if (free(claim, first, null)) {
            claim.first = first;
            claim.mapped = true;
            claim.generation++;
        }
    }

    // -- claims

    /** Whether a place can be had; what {@code predecessor} holds is as good as free. */
    private boolean free(Claim claim, long first, Device predecessor) {
        long last = first + claim.length - 1;
        if (claim.type == IoRequestSlot.PORTIO && (first < 0 || last > 0xFFFF)) {
            return false;
        }
        if (claim.type == IoRequestSlot.MMIO
                && (Long.compareUnsigned(last, first) < 0
                        || Long.compareUnsigned(first, ram) < 0)) {
            return false;
        }
        for (Bay bay : bays.values()) {
            if (bay.current != null && bay.current != predecessor) {
                for (Claim other : bay.current.claims) {
                    if (other.overlaps(claim.type, first, claim.length)) {
                        return false;
                    }
                }
            }
        }
        // Its own, while it is being installed.
        return claim.device.claims.stream()
                .noneMatch(c -> c != claim && c.overlaps(claim.type, first, claim.length));
    }

    /** Whether all that a device wants can be had; if not, it has nothing. */
    private boolean install(Device device, Device predecessor) {
        boolean had = !device.failsInstall;
        for (Claim claim : device.claims) {
            had = had && (claim.bar || free(claim, claim.first, predecessor));
            if (!had) {
                break;
            }
            claim.mapped = !claim.bar;
        }
        if (!had) {
            device.claims.forEach(c -> c.mapped = false);
        }
        return had;
    }

    // -- the administrator

    void plug(Device next) {
        Bay bay = bays.computeIfAbsent(next.name, n -> new Bay());
        if (bay.state == State.SERVING) {
            bay.rivals.add(next);
        } else if (bay.state == State.HOLDING) {
            takeOver(bay, next);
        } else {
            bay.plug = next;
            bay.client = next.client;
            if (install(next, null) && !next.failsReset) {
                bay.current = next;
                bay.state = State.SERVING;
            } else {
                next.claims.forEach(c -> c.mapped = false);
                bay.state = State.REFUSED;
            }
        }
    }

    private void takeOver(Bay bay, Device next) {
        Device old = bay.current;
        String asked = bay.plug.client;
        bay.hold++;
        boolean taken =
                install(next, old) && !(bay.saved == null ? next.failsReset : next.failsRestore);
        bay.plug = next;
        if (!taken) {
            next.claims.forEach(c -> c.mapped = false);
            detach(bay, State.REFUSED);
            return;
        }
        if (bay.saved != null) {
            next.cells = bay.saved.clone();
        }
        bay.saved = null;
        bay.current = next;
        bay.state = State.SERVING;
        bay.swaps++;
        deadlines.add(() -> answerDeferred(old));
        release(bay);
        if (!next.client.equals(asked)) {
            bay.client = next.client;
        }
    }

    private void release(Bay bay) {
        List<Request> waiting = new ArrayList<>(bay.held);
        bay.held.clear();
        deliver(waiting, bay.client);
    }

    private void detach(Bay bay, State next) {
        Device leaving = bay.current;
        bay.hold++;
        bay.saved = null;
        bay.current = null;
        bay.state = next;
        answerDeferred(leaving);
        release(bay);
    }

    private void answerDeferred(Device gone) {
        for (Deferral deferral : deferrals) {
            if (deferral.device == gone && deferral.request.open) {
                answer(deferral.request, -1L);
            }
        }
    }

    void unplug(Device leaving) {
        Bay bay = bays.get(leaving.name);
        if (bay == null) {
            return;
        }
        if (bay.plug != leaving) {
            bay.rivals.remove(leaving);
            return;
        }
        if (bay.state == State.SERVING) {
            bay.saved = leaving.failsSave ? null : leaving.cells.clone();
            bay.faults += leaving.failsSave ? 1 : 0;
            bay.state = State.HOLDING;
            int mine = ++bay.hold;
            deadlines.add(
                    () -> {
                        if (bay.state == State.HOLDING && bay.hold == mine) {
                            detach(bay, State.DETACHED);
                            bays.remove(leaving.name);
                        }
                    });
        } else if (bay.state != State.HOLDING) {
            bay.state = State.DETACHED;
        }
        if (!bay.rivals.isEmpty()) {
            plug(bay.rivals.remove(0));
        } else if (bay.state == State.DETACHED) {
            bays.remove(leaving.name);
        }
    }

    void bundleGone(Device of) {
        Bay bay = bays.get(of.name);
        if (bay != null && bay.plug == of) {
            if (bay.state == State.HOLDING) {
                detach(bay, State.DETACHED);
                bays.remove(of.name);
            }
        }
    }

    int deadlines() {
        return deadlines.size();
    }

    void expire(int index) {
        deadlines.remove(index).come();
    }

    void map(String device, String client) {
        bays.get(device).client = client;
    }

    boolean complete(Deferral deferral, long value) {
        if (!deferral.request.open) {
            return false;
        }
        answer(deferral.request, value);
        return true;
    }

    void reset() {
        configAddress = 0;
        for (Bay bay : bays.values()) {
            bay.held.clear();
            if (bay.state == State.HOLDING) {
                bay.saved = null;
            } else if (bay.state == State.SERVING) {
                bay.faults += bay.current.failsReset ? 1 : 0;
                bay.current.cells = new long[8];
            }
        }
    }

    // -- what is there

    boolean has(String device) {
        return bays.containsKey(device);
    }

    State state(String device) {
        return bays.get(device).state;
    }

    String client(String device) {
        return bays.get(device).client;
    }

    long faults(String device) {
        return bays.get(device).faults;
    }

    long swaps(String device) {
        return bays.get(device).swaps;
    }

    /** The device of that name whose claims there are; null: none. */
    Device current(String device) {
        Bay bay = bays.get(device);
        return bay == null ? null : bay.current;
    }

    List<String> devices() {
        return List.copyOf(bays.keySet());
    }
}
