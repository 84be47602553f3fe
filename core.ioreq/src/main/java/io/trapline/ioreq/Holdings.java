package io.trapline.ioreq;

import io.trapline.device.Claim;
import io.trapline.device.Region;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/**
 * What one installed device has claimed, to take it back. Claims are reserved while the device is being installed and
 * found by requests once they are published.
 */
final class Holdings {
    private final DeviceBoard board;
    private final LiveMachine machine;
    private final DeviceBoard predecessor; // null: none

    // Changed under the baton; read by administrators, and by who takes a hung device out.
    private final List<DeviceClaim> claims = new CopyOnWriteArrayList<>();
    private volatile boolean published;
    private volatile boolean closed;
    private final Object wired = new Object(); // not this, which a device may hold for ever

    Holdings(DeviceBoard board, LiveMachine machine, DeviceBoard predecessor) {
        this.board = board;
        this.machine = machine;
        this.predecessor = predecessor;
    }

    DeviceClaim claim(int type, long length, Region region) {
        Objects.requireNonNull(region, "region");
        refuseOnceClosed();
        DeviceClaim claim = new DeviceClaim(board, type, length, region);
        claims.add(claim);
        return claim;
    }

    DeviceClaim claim(int type, long first, long length, Region region) {
        DeviceClaim claim = claim(type, length, region);
        try {
            claim.map(first);
            return claim;
        } catch (IllegalArgumentException e) {
            claims.remove(claim);
            throw e;
        }
    }

    void refuseOnceClosed() {
        if (closed) {
            throw new IllegalStateException(
                    "device " + board.owner() + " is gone: it can take nothing");
        }
    }

    /** That claim, if it is one of these and has such a place. */
    DeviceClaim own(Claim claim, long offset, int width) {
        if (!(claim instanceof DeviceClaim own) || own.board() != board) {
            throw new IllegalArgumentException("not a claim of " + board.owner() + ": " + claim);
        }
        if (offset < 0 || width < 1 || offset > own.length() - width) {
            throw new IllegalArgumentException(
                    "not inside "
                            + own
                            + ": offset="
                            + offset
                            + " width="
                            + width
                            + " for "
                            + board.owner());
        }
        return own;
    }

    void forget(DeviceClaim claim) {
        claims.remove(claim);
    }

    /** From now on requests find these, and not the predecessor's, in one step. Under the baton. */
    void publish() {
        synchronized (wired) {
            if (closed) {
                throw new IllegalStateException(
                        "device " + board.owner() + " is gone: it came back too late");
            }
            if (predecessor != null) {
                predecessor.holdings().disconnect();
            }
            machine.wiring().replace(predecessor, board);
            if (predecessor != null) {
                predecessor.holdings().gone();
            }
            claims.forEach(DeviceClaim::connect);
        }
    }

    private void disconnect() {
        synchronized (wired) {
            claims.forEach(DeviceClaim::disconnect);
        }
    }

    /** Has the backend told of what hangs on a claim, if requests find that; not once everything was taken back. */
    void connect(Runnable connection) {
        synchronized (wired) {
            if (published && !closed) {
                connection.run();
            }
        }
    }

    /** Has the backend told that something is over. */
    void disconnect(Runnable connection) {
        synchronized (wired) {
            connection.run();
        }
    }

    void published(boolean published) {
        this.published = published;
    }

    boolean published() {
        return published;
    }

    /** Requests that come wait. Under the baton. */
    void hold() {
        state(Mapping.State.HELD);
    }

    private void gone() {
        state(Mapping.State.GONE);
    }

    private void state(Mapping.State state) {
        for (DeviceClaim claim : claims) {
            Mapping mapping = claim.mapping();
            if (mapping != null) {
                mapping.state = state;
            }
        }
    }

    /** Nothing can be claimed any more; what is claimed stays. Under the baton, or when that cannot be had. */
    void shut() {
        closed = true;
    }

    boolean closed() {
        return closed;
    }

    /** Takes everything back. Under the baton, or when the baton cannot be had. */
    void close() {
        synchronized (wired) {
            board.silence();
            claims.forEach(DeviceClaim::disconnect);
            machine.wiring().replace(board, null);
            gone();
            machine.dispatcher().answerDeferred(board);
        }
    }

    /** Another client answers for the claims. Under the old one's baton; the last thing done there. */
    void client(IoreqClient next) {
        for (DeviceClaim claim : claims) {
            Mapping mapping = claim.mapping();
            if (mapping != null) {
                mapping.client = next;
            }
        }
    }

    /** Rings all bells once. Under the baton. */
    void ringAll(IoreqClient client) {
        claims.forEach(claim -> claim.ringAll(client));
    }

    List<DeviceClaim> claims() {
        return List.copyOf(claims);
    }

    long requests() {
        return claims.stream().mapToLong(DeviceClaim::requests).sum();
    }

    /** All of them, for an administrator. */
    String text() {
        return claims.stream().map(DeviceClaim::toString).collect(Collectors.joining(", "));
    }
}
