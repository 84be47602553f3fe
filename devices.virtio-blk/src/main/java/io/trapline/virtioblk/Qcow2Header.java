package io.trapline.virtioblk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * QEMU's {@code docs/interop/qcow2.txt}, "Header", versions 2 and 3, as far as it matters to a reader. Whoever made the
 * image may have meant harm: every number is checked before it is used.
 *
 * @param clusterBits log2 of a cluster's bytes
 * @param size of the disk, bytes
 * @param tables how many entries of the L1 table the disk needs
 * @param tablesAt where that is in the file
 */
record Qcow2Header(int version, int clusterBits, long size, int tables, long tablesAt) {
    static final int LENGTH = 112;

    // spotless:off
    private static final int MAGIC = 'Q' << 24 | 'F' << 16 | 'I' << 8 | 0xFB;
    private static final int VERSION = 4, BACKING = 8, CLUSTER_BITS = 20, SIZE = 24, CRYPT = 32;
    private static final int L1_SIZE = 36, L1_OFFSET = 40, INCOMPATIBLE = 72, COMPRESSION = 104;
    private static final long DIRTY = 1, CORRUPT = 2, DATA_FILE = 4, COMPRESSION_TYPE = 8, EXTENDED_L2 = 16;
    // spotless:on

    private static final int MOST_TABLES = 1 << 22; // 32 MiB, which is QEMU's limit, too

    /**
     * Reads a header.
     *
     * @param header its {@link #LENGTH} bytes, fewer filled with zeroes
     * @throws IOException saying why it is not for us
     */
    static Qcow2Header read(ByteBuffer header) throws IOException {
        header.order(ByteOrder.BIG_ENDIAN);
        int version = header.getInt(VERSION);
        refuseIf(header.getInt(0) != MAGIC, "it is no qcow2 image: wanted format=raw?");
        refuseIf(version != 2 && version != 3, "version " + version + ", wanted 2 or 3");
        refuseIf(header.getLong(BACKING) != 0, "it has a backing file: " + FLATTEN);
        refuseIf(header.getInt(CRYPT) != 0, "it is encrypted: " + FLATTEN);
        if (version == 3) {
            refuseFeatures(header.getLong(INCOMPATIBLE), header.get(COMPRESSION));
        }
        int clusterBits = header.getInt(CLUSTER_BITS);
        refuseIf(
                clusterBits < 9 || clusterBits > 21,
                "cluster_bits " + clusterBits + ", wanted 9 to 21");
        long size = header.getLong(SIZE);
        int tableBits = 2 * clusterBits - 3; // bytes of the disk that a L2 table stands for
        refuseIf(size < 0, "size " + Long.toUnsignedString(size) + ", wanted less than 2^63");
        long needed = (size >>> tableBits) + ((size & (1L << tableBits) - 1) != 0 ? 1 : 0);
        refuseIf(needed > MOST_TABLES, "size " + size + " is too much for clusters so small");
        long there = Integer.toUnsignedLong(header.getInt(L1_SIZE));
        refuseIf(needed > there, "l1_size " + there + ", wanted " + needed + " for its size");
        long at = header.getLong(L1_OFFSET);
        boolean aligned = at >= 0 && (at & (1L << clusterBits) - 1) == 0;
        refuseIf(
                needed > 0 && !aligned,
                "l1_table_offset " + Long.toUnsignedString(at) + ", wanted a cluster's");
        return new Qcow2Header(version, clusterBits, size, (int) needed, at);
    }

    private static final String FLATTEN = "qemu-img convert -O qcow2 gives one without";

    private static void refuseFeatures(long bits, byte compression) throws IOException {
        refuseIf((bits & DIRTY) != 0, "it was not closed: qemu-img check -r all");
        refuseIf((bits & CORRUPT) != 0, "it is marked corrupt: qemu-img check");
        refuseIf((bits & DATA_FILE) != 0, "its data is in another file: " + FLATTEN);
        refuseIf((bits & EXTENDED_L2) != 0, "it has subclusters: " + FLATTEN);
        refuseIf(
                (bits & COMPRESSION_TYPE) != 0 && compression != 0,
                "compression type " + compression + ", wanted 0, zlib");
        refuseIf(bits >>> 5 != 0, "unknown incompatible features 0x" + Long.toHexString(bits));
    }

    private static void refuseIf(boolean wrong, String what) throws IOException {
        if (wrong) {
            throw new IOException("qcow2: " + what);
        }
    }

    int cluster() {
        return 1 << clusterBits;
    }
}
