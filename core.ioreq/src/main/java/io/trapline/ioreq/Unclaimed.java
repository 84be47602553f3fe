package io.trapline.ioreq;

import io.trapline.machine.UnclaimedRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Counts what nobody claimed, by place: a table of fixed size, however many places a guest touches. Written
 * under the default client's baton, read racily.
 */
final class Unclaimed {
    /** The type under which a request is counted that has none that we know, or no sensible size. */
    static final int UNKNOWN = 3;

    private static final int STRADDLING = 4;
    private static final int SIZE = 1 << 10;
    private static final int LIMIT = SIZE / 2;

    private final long[] addresses = new long[SIZE];
    private final byte[] types = new byte[SIZE]; // type + 1; 0: empty
    private final long[] reads = new long[SIZE];
    private final long[] writes = new long[SIZE];
    private int used;
    private long otherReads;
    private long otherWrites;

    void count(int type, boolean straddles, long address, boolean write) {
        int at = find(straddles ? STRADDLING : type, address);
        if (at < 0) {
            if (write) {
                otherWrites++;
            } else {
                otherReads++;
            }
        } else if (write) {
            writes[at]++;
        } else {
            reads[at]++;
        }
    }

    private int find(int type, long address) {
        int at = (int) ((address * 31 + type) * 0x9E3779B97F4A7C15L >>> 54);
        while (types[at] != 0) {
            if (addresses[at] == address && types[at] == type + 1) {
                return at;
            }
            at = at + 1 & SIZE - 1;
        }
        if (used == LIMIT) {
            return -1;
        }
        used++;
        addresses[at] = address;
        types[at] = (byte) (type + 1);
        return at;
    }

    List<UnclaimedRow> rows() {
        List<UnclaimedRow> rows = new ArrayList<>();
        for (int i = 0; i < SIZE; i++) {
            if (types[i] != 0) {
                rows.add(new UnclaimedRow(name(types[i] - 1), addresses[i], reads[i], writes[i]));
            }
        }
        if (otherReads + otherWrites > 0) {
            rows.add(new UnclaimedRow("other", 0, otherReads, otherWrites));
        }
        rows.sort(Comparator.comparingLong((UnclaimedRow r) -> -(r.reads() + r.writes())));
        return rows;
    }

    private static String name(int type) {
        return type == STRADDLING ? "straddling" : Places.type(type);
    }
}
