package io.trapline.qtest.port;

import static io.trapline.hypervisor.IoRequestSlot.MMIO;

import io.trapline.qtest.machine.MachineStopped;
import io.trapline.qtest.machine.QtestMachine;
import io.trapline.qtest.machine.QtestRam;
import java.io.IOException;
import java.util.Arrays;

/**
 * Ranges of guest-physical addresses: RAM is copied, a device is accessed. One access where the range is one, else
 * byte by byte in the order of addresses.
 */
final class Memory {
    /** Bytes that a range may have that is not all RAM: each is an access. The memory below 1 MiB is so much. */
    static final int MOST_OF_DEVICES = 1 << 20;

    /** Bytes copied at once; a multiple of 3, so that Base64 of one piece continues that of the last. */
    private static final int PIECE = 48 << 10;

    private final QtestMachine machine;
    private final QtestRam ram;
    private final byte[] piece = new byte[PIECE];

    Memory(QtestMachine machine) {
        this.machine = machine;
        ram = machine.memory();
    }

    /** Takes what is read, piece by piece; all but the last are of a length that 3 divides. */
    @FunctionalInterface
    interface Sink {
        void take(byte[] data, int length) throws IOException;
    }

    /** What was read: nothing can go wrong with it any more. */
    @FunctionalInterface
    interface Data {
        void copy(Sink to) throws IOException;
    }

    /** Reads a range; RAM is not read before it is copied. */
    Data read(long address, long length) throws BadLine, MachineStopped {
        check(address, length);
        if (ram.rest(address) >= length) {
            return sink -> copy(address, length, sink);
        }
        byte[] all = new byte[(int) length];
        if (isOneAccess(address, all.length)) {
            long value = machine.read(MMIO, address, all.length);
            for (int i = 0; i < all.length; i++) {
                all[i] = (byte) (value >>> 8 * i);
            }
        } else {
            readPieces(address, all);
        }
        return sink -> sink.take(all, all.length);
    }

    private void copy(long address, long length, Sink sink) throws IOException {
        for (long done = 0; done < length; done += PIECE) {
            int part = (int) Math.min(PIECE, length - done);
            ram.get(address + done, piece, 0, part);
            sink.take(piece, part);
        }
    }

    private void readPieces(long address, byte[] all) throws MachineStopped {
        for (int done = 0; done < all.length; ) {
            int part = (int) Math.min(ram.rest(address + done), all.length - done);
            if (part > 0) {
                ram.get(address + done, all, done, part);
                done += part;
            } else {
                all[done] = (byte) machine.read(MMIO, address + done, 1);
                done++;
            }
        }
    }

    /** Writes a range: the data, then zeroes up to its end. */
    void write(long address, long length, byte[] data) throws BadLine, MachineStopped {
        if (data.length > length) {
            throw new BadLine(data.length + " bytes of data for " + length);
        }
        check(address, length);
        if (ram.rest(address) >= length) {
            ram.put(address, data, 0, data.length);
            fill(address + data.length, length - data.length, (byte) 0);
            return;
        }
        byte[] all = Arrays.copyOf(data, (int) length);
        if (isOneAccess(address, all.length)) {
            long value = 0;
            for (int i = 0; i < all.length; i++) {
                value |= (all[i] & 0xFFL) << 8 * i;
            }
            machine.write(MMIO, address, all.length, value);
        } else {
            writePieces(address, all);
        }
    }

    private void writePieces(long address, byte[] all) throws MachineStopped {
        for (int done = 0; done < all.length; ) {
            int part = (int) Math.min(ram.rest(address + done), all.length - done);
            if (part > 0) {
                ram.put(address + done, all, done, part);
                done += part;
            } else {
                machine.write(MMIO, address + done, 1, all[done] & 0xFF);
                done++;
            }
        }
    }

    /** Writes the same byte over a range. */
    void set(long address, long length, byte value) throws BadLine, MachineStopped {
        check(address, length);
        if (ram.rest(address) >= length) {
            fill(address, length, value);
        } else {
            byte[] all = new byte[(int) length];
            Arrays.fill(all, value);
            write(address, length, all);
        }
    }

    private void fill(long address, long length, byte value) {
        Arrays.fill(piece, value);
        for (long done = 0; done < length; done += PIECE) {
            ram.put(address + done, piece, 0, (int) Math.min(PIECE, length - done));
        }
    }

    private static boolean isOneAccess(long address, int length) {
        return length <= Long.BYTES && Integer.bitCount(length) == 1 && (address & length - 1) == 0;
    }

    private void check(long address, long length) throws BadLine {
        boolean wraps = length != 0 && Long.compareUnsigned(address + length - 1, address) < 0;
        boolean tooLong = length < 0 || length > MOST_OF_DEVICES && ram.rest(address) < length;
        if (wraps || tooLong) {
            throw new BadLine(
                    "0x%x bytes at 0x%x are not all RAM, and more than 0x%x"
                            .formatted(length, address, MOST_OF_DEVICES));
        }
    }
}
