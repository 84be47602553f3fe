package io.trapline.oracle;

import io.trapline.oracle.DiskRing.Piece;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;

/** A request in the guest's memory, cut into pieces that lie apart from each other. */
final class DiskFlight {
    static final int ROOM = 0x8000;
    private static final int WRITABLE = 0x4000;
    private static final int UNTOUCHED = 0x5A;
    private static final int HEADER = 16;

    final DiskRequest request;
    final List<Piece> pieces = new ArrayList<>();
    private final long base;
    private final int span; // bytes from the first writable piece's start to the last one's end

    /** Writes it to memory. */
    DiskFlight(DiskSide side, DiskRequest request, long base, int most) {
        this.request = request;
        this.base = base;
        Random random = new Random(request.seed());
        byte[] readable = readable(random);
        int parts = Math.max(2, Math.min(request.pieces(), most));
        int ofReadable = Math.min(1 + random.nextInt(parts - 1), readable.length);
        int at = 0;
        long place = base + random.nextInt(16);
        for (int end : cuts(random, readable.length, ofReadable)) {
            side.store(place, Arrays.copyOfRange(readable, at, end));
            pieces.add(new Piece(place, end - at, false));
            place += end - at + random.nextInt(9);
            at = end;
        }
        at = 0;
        place = base + WRITABLE;
        long last = place;
        for (int end :
                cuts(
                        random,
                        request.wanted() + 1,
                        Math.min(parts - ofReadable, request.wanted() + 1))) {
            pieces.add(new Piece(place, end - at, true));
            last = place + end - at;
            place = last + random.nextInt(9);
            at = end;
        }
        span = (int) (last - base - WRITABLE);
        int untouched = request.type() == DiskRequest.GET_ID ? 0 : UNTOUCHED;
        side.fill(base + WRITABLE, span + 4, untouched);
    }

    private byte[] readable(Random random) {
        byte[] bytes = new byte[HEADER + request.given()];
        random.nextBytes(bytes);
        put(bytes, 0, 4, request.type());
        put(bytes, 8, 8, request.sector());
        if (request.ofSegments()) {
            put(bytes, 16, 8, request.sector());
            put(bytes, 24, 4, request.bytes());
            put(bytes, 28, 4, request.flags());
        }
        return bytes;
    }

    private static void put(byte[] bytes, int at, int width, long value) {
        for (int i = 0; i < width; i++) {
            bytes[at + i] = (byte) (value >>> 8 * i);
        }
    }

    /** The ends of so many parts, none of them empty. */
    private static int[] cuts(Random random, int length, int parts) {
        BitSet ends = new BitSet();
        ends.set(length);
        while (ends.cardinality() < parts) {
            ends.set(1 + random.nextInt(length));
        }
        return ends.stream().toArray();
    }

    /** All of what the device may write. */
    byte[] memory(DiskSide side) {
        return side.load(base + WRITABLE, span + 4);
    }

    /** What became of it; what nobody promises is left out. */
    String result(DiskSide side, BitSet undefined) {
        byte[] memory = memory(side);
        byte[] data = new byte[request.wanted() + 1];
        int at = 0;
        for (Piece piece : pieces) {
            if (piece.writable()) {
                int from = (int) (piece.address() - base - WRITABLE);
                System.arraycopy(memory, from, data, at, piece.length());
                Arrays.fill(memory, from, from + piece.length(), (byte) UNTOUCHED);
                at += piece.length();
            }
        }
        int status = data[data.length - 1];
        if (request.type() == DiskRequest.IN) {
            for (int i = 0; i < data.length - 1; i += Disk.SECTOR) {
                long sector = request.sector() + i / Disk.SECTOR;
                boolean hole = sector >= 0 && sector < 1 << 30 && undefined.get((int) sector);
                if (hole || status != 0) {
                    Arrays.fill(data, i, Math.min(i + Disk.SECTOR, data.length - 1), (byte) 0);
                }
            }
        }
        return "status " + status + ", data " + shown(data) + (spilled(memory) ? ", SPILLED" : "");
    }

    private boolean spilled(byte[] memory) {
        byte untouched = (byte) (request.type() == DiskRequest.GET_ID ? 0 : UNTOUCHED);
        for (byte b : memory) {
            if (b != untouched && b != UNTOUCHED) {
                return true;
            }
        }
        return false;
    }

    private static String shown(byte[] data) {
        CRC32 sum = new CRC32();
        sum.update(data, 0, data.length - 1);
        return data.length - 1 + " bytes, sum " + Long.toHexString(sum.getValue());
    }
}
