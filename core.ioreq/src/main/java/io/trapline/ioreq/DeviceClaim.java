package io.trapline.ioreq;

import io.trapline.device.Claim;
import io.trapline.device.Region;
import io.trapline.hypervisor.VirtualMachine;
import io.trapline.machine.RangeRow;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A device's claim: its mapping while it has one, and what hangs on it in the backend. */
final class DeviceClaim implements Claim {
    private final DeviceBoard board;
    private final int type;
    private final long length;
    private final Region region;
    private final List<Bell> bells = new CopyOnWriteArrayList<>();
    private final List<PostedZone> zones = new CopyOnWriteArrayList<>();
    private Bell[] ringing = {}; // under the baton
    private volatile Mapping mapping;
    private boolean released;
    private long pastReads;
    private long pastWrites;
    private long pastFaults;

    DeviceClaim(DeviceBoard board, int type, long length, Region region) {
        this.board = board;
        this.type = type;
        this.length = length;
        this.region = region;
    }

    DeviceBoard board() {
        return board;
    }

    Mapping mapping() {
        return mapping;
    }

    int type() {
        return type;
    }

    @Override
    public long first() {
        Mapping now = mapping;
        return now == null ? 0 : now.first;
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public boolean mapped() {
        return mapping != null;
    }

    @Override
    public boolean move(long first) {
        if (released) {
            return false;
        }
        unmap();
        try {
            map(first);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Maps it, or says why not. */
    void map(long first) {
        Mapping fresh = new Mapping(type, first, length, region, this, board.bay().client());
        board.wiring().reserve(fresh);
        mapping = fresh;
        if (board.published()) {
            board.wiring().publish();
            board.holdings().connect(this::connect);
        }
    }

    @Override
    public void unmap() {
        Mapping old = mapping;
        if (old == null) {
            return;
        }
        board.holdings().disconnect(this::disconnect);
        mapping = null;
        board.wiring().remove(old);
        if (board.published()) {
            board.wiring().publish();
        }
        old.state = Mapping.State.GONE;
        pastReads += old.reads;
        pastWrites += old.writes;
        pastFaults += old.faults;
        if (board.published()) {
            board.host().placeFreed();
        }
    }

    @Override
    public void release() {
        unmap();
        released = true;
        board.holdings().forget(this);
    }

    /** A request has found this claim held: it waits. Under the baton. */
    void hold(Request request) {
        board.bay().hold(request);
    }

    /** Whether a write rings a bell instead of reaching the region; if so, it has. Under the baton. */
    boolean rings(long offset, int width, long value, IoreqClient client) {
        for (Bell bell : ringing) {
            if (bell.matches(offset, width, value)) {
                bell.rung(client);
                return true;
            }
        }
        return false;
    }

    void add(Bell bell) {
        bells.add(bell);
        ringing = bells.toArray(Bell[]::new);
        Mapping now = mapping;
        if (now != null) {
            board.holdings().connect(() -> bell.connect(board.vm(), now));
        }
    }

    void remove(Bell bell) {
        board.holdings().disconnect(bell::disconnect);
        bells.remove(bell);
        ringing = bells.toArray(Bell[]::new);
    }

    void add(PostedZone zone) {
        zones.add(zone);
        Mapping now = mapping;
        if (now != null) {
            board.holdings().connect(() -> zone.connect(board.vm(), now));
        }
    }

    /** Registers bells and posted zones with the backend; the claim is in the map. What is wired is locked. */
    void connect() {
        Mapping now = mapping;
        VirtualMachine vm = board.vm();
        if (now != null) {
            bells.forEach(bell -> bell.connect(vm, now));
            zones.forEach(zone -> zone.connect(vm, now));
        }
    }

    /** Takes all that back. What is wired is locked. */
    void disconnect() {
        bells.forEach(Bell::disconnect);
        zones.forEach(PostedZone::disconnect);
    }

    /** Rings every bell once: writes may have rung while nobody was there to hear. */
    void ringAll(IoreqClient client) {
        bells.forEach(bell -> bell.rung(client));
    }

    long requests() {
        Mapping now = mapping;
        return pastReads + pastWrites + (now == null ? 0 : now.reads + now.writes);
    }

    RangeRow row(String device, String client) {
        Mapping now = mapping;
        return new RangeRow(
                Places.type(type),
                first(),
                now == null ? 0 : length,
                device,
                client,
                pastReads + (now == null ? 0 : now.reads),
                pastWrites + (now == null ? 0 : now.writes),
                pastFaults + (now == null ? 0 : now.faults));
    }

    @Override
    public String toString() {
        Mapping now = mapping;
        return now == null ? Places.type(type) + " unmapped+" + length : now.toString();
    }
}
