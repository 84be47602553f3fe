package io.trapline.tck;

import io.trapline.device.Claim;
import io.trapline.device.Doorbell;
import io.trapline.device.Region;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * A claim of the device under test; {@link #read} and {@link #write} reach its region wherever it is mapped.
 * One thread.
 */
public final class TestClaim implements Claim {
    /**
     * Writes that may arrive late ({@link io.trapline.device.Board#posted}).
     *
     * @param offset bytes from the start of the claim
     * @param width bytes
     */
    public record PostedZone(long offset, int width) {}

    private final TestBoard board;
    private final boolean ports;
    private final long length;
    private final Region region;
    private final List<PostedZone> posted = new ArrayList<>();
    private final List<Bell> bells = new ArrayList<>();
    private long first;
    private boolean mapped;
    private boolean released;

    TestClaim(TestBoard board, boolean ports, long length, Region region) {
        this.board = board;
        this.ports = ports;
        this.length = length;
        this.region = Objects.requireNonNull(region, "region");
    }

    /** Whether it is a claim of ports; else of addresses. */
    public boolean ports() {
        return ports;
    }

    /** Who answers. */
    public Region region() {
        return region;
    }

    /** The places that the device said are posted, in that order. */
    public List<PostedZone> posted() {
        return List.copyOf(posted);
    }

    /**
     * Reads as a guest does.
     *
     * @param offset bytes from the start of the claim
     * @param width bytes: 1, 2, 4 or, of memory, 8
     * @return zero-extended, cut to the width
     * @throws IllegalArgumentException if the access is not inside the claim: no guest's is
     */
    public long read(long offset, int width) {
        requireInside(offset, width);
        board.enter();
        try {
            return Widths.cut(region.read(offset, width), width);
        } finally {
            board.leave();
        }
    }

    /**
     * Writes as a guest does.
     *
     * @param offset bytes from the start of the claim
     * @param width bytes: 1, 2, 4 or, of memory, 8
     * @param value its low bytes are written
     * @throws IllegalArgumentException if the access is not inside the claim: no guest's is
     */
    public void write(long offset, int width, long value) {
        requireInside(offset, width);
        long cut = Widths.cut(value, width);
        for (Bell bell : List.copyOf(bells)) {
            if (bell.matches(offset, width, cut)) {
                bell.rung.run();
                return;
            }
        }
        board.enter();
        try {
            region.write(offset, width, cut);
        } finally {
            board.leave();
        }
    }

    /** A place where a write rings; at once, as by a backend without ioeventfd. */
    private final class Bell implements Doorbell {
        private final long offset;
        private final int width;
        private final OptionalLong match;
        private final Runnable rung;

        Bell(long offset, int width, OptionalLong match, Runnable rung) {
            this.offset = offset;
            this.width = width;
            this.match = match;
            this.rung = rung;
        }

        boolean matches(long at, int bytes, long value) {
            return at == offset
                    && bytes == width
                    && (match.isEmpty() || match.getAsLong() == value);
        }

        @Override
        public boolean exitless() {
            return false;
        }

        @Override
        public void release() {
            bells.remove(this);
        }
    }

    Doorbell bell(long offset, int width, OptionalLong match, Runnable rung) {
        requireInside(offset, width);
        Bell bell = new Bell(offset, width, match, rung);
        bells.add(bell);
        return bell;
    }

    private void requireInside(long offset, int width) {
        Widths.require(width);
        if (offset < 0 || offset > length - width || ports && width == 8) {
            throw new IllegalArgumentException(
                    "no access to " + this + ": offset=" + offset + " width=" + width);
        }
    }

    boolean covers(boolean wantedPorts, long at, int width) {
        return mapped && wantedPorts == ports && at - first >= 0 && at - first <= length - width;
    }

    void post(long offset, int width) {
        if (offset < 0 || width < 1 || offset > length - width) {
            throw new IllegalArgumentException(
                    "not inside " + this + ": offset=" + offset + " width=" + width);
        }
        posted.add(new PostedZone(offset, width));
    }

    /** Maps it, or says why not. */
    TestClaim map(long wanted) {
        board.reserve(Place.of(ports, wanted, length));
        first = wanted;
        mapped = true;
        return this;
    }

    Place place() {
        return mapped ? Place.of(ports, first, length) : null;
    }

    @Override
    public long first() {
        return mapped ? first : 0;
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public boolean mapped() {
        return mapped;
    }

    @Override
    public boolean move(long wanted) {
        if (released) {
            return false;
        }
        unmap();
        try {
            map(wanted);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    @Override
    public void unmap() {
        mapped = false;
    }

    @Override
    public void release() {
        unmap();
        released = true;
        board.forget(this);
    }

    @Override
    public String toString() {
        return mapped ? place().toString() : (ports ? "port" : "memory") + " unmapped+" + length;
    }
}
