package io.trapline.sim;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.channels.FileChannel.MapMode.READ_WRITE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.trapline.hypervisor.RamRange;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A guest's RAM, laid out as a PC's: below the VGA hole, above it up to 3 GiB, the rest from 4 GiB. Backed by
 * a sparse file that is deleted at once, so a page costs nothing until it is written. The mapping goes when
 * the last buffer of it is unreachable: others may still look at a machine that is closed.
 */
final class SimRam {
    /** 640 KiB: where a PC's video memory and option ROMs begin. */
    static final long HOLE = 0xA_0000L;

    /** 1 MiB: where they end. */
    static final long HIGH = 0x10_0000L;

    /** 3 GiB: from here to {@link #ABOVE_4G} are the devices. */
    static final long DEVICES = 3L << 30;

    /** 4 GiB: the rest of the RAM. */
    static final long ABOVE_4G = 4L << 30;

    private static final long WINDOW_MASK = RamRange.WINDOW - 1;
    private static final VarHandle U16 =
            MethodHandles.byteBufferViewVarHandle(short[].class, LITTLE_ENDIAN);
    private static final VarHandle U32 =
            MethodHandles.byteBufferViewVarHandle(int[].class, LITTLE_ENDIAN);
    private static final VarHandle U64 =
            MethodHandles.byteBufferViewVarHandle(long[].class, LITTLE_ENDIAN);

    private final List<RamRange> ranges;
    private final RamRange[] byAddress;
    private final ByteBuffer[][] windows;

    private SimRam(List<RamRange> ranges) {
        this.ranges = List.copyOf(ranges);
        this.byAddress = ranges.toArray(RamRange[]::new);
        this.windows = new ByteBuffer[byAddress.length][];
        for (int i = 0; i < byAddress.length; i++) {
            windows[i] = byAddress[i].windows().toArray(ByteBuffer[]::new);
        }
    }

    /** Maps that much RAM for a machine. */
    static SimRam map(String machine, long bytes) throws IOException {
        Path file = null;
        try {
            file = Files.createTempFile("trapline-sim", ".ram");
            try (FileChannel channel = FileChannel.open(file, READ, WRITE)) {
                List<RamRange> ranges = new ArrayList<>();
                long low = Math.min(bytes, DEVICES);
                ranges.add(range(channel, 0, HOLE, 0));
                ranges.add(range(channel, HIGH, low - HIGH, HIGH));
                if (bytes > DEVICES) {
                    ranges.add(range(channel, ABOVE_4G, bytes - DEVICES, DEVICES));
                }
                return new SimRam(ranges);
            }
        } catch (IOException e) {
            throw new IOException(
                    "machine %s: cannot map %d MiB of RAM from a file in %s: %s"
                            .formatted(
                                    machine, bytes >> 20, System.getProperty("java.io.tmpdir"), e),
                    e);
        } finally {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static RamRange range(FileChannel file, long address, long length, long position)
            throws IOException {
        List<ByteBuffer> windows = new ArrayList<>();
        for (long done = 0; done < length; done += RamRange.WINDOW) {
            long piece = Math.min(RamRange.WINDOW, length - done);
            windows.add(file.map(READ_WRITE, position + done, piece).order(LITTLE_ENDIAN));
        }
        return new RamRange(address, length, windows);
    }

    List<RamRange> ranges() {
        return ranges;
    }

    /** Whether the access is wholly RAM. */
    boolean holds(long address, int width) {
        return indexOf(address, width) >= 0;
    }

    /** Reads RAM, zero-extended; {@link #holds} is true. */
    long load(long address, int width) {
        int index = indexOf(address, width);
        long offset = address - byAddress[index].address();
        int within = (int) (offset & WINDOW_MASK);
        ByteBuffer window = windows[index][(int) (offset >>> RamRange.WINDOW_SHIFT)];
        if (within + width > window.capacity()) {
            return loadAcross(address, width);
        }
        return switch (width) {
            case 1 -> Byte.toUnsignedLong(window.get(within));
            case 2 -> Short.toUnsignedLong((short) U16.get(window, within));
            case 4 -> Integer.toUnsignedLong((int) U32.get(window, within));
            default -> (long) U64.get(window, within);
        };
    }

    /** Writes RAM; {@link #holds} is true. */
    void store(long address, int width, long value) {
        int index = indexOf(address, width);
        long offset = address - byAddress[index].address();
        int within = (int) (offset & WINDOW_MASK);
        ByteBuffer window = windows[index][(int) (offset >>> RamRange.WINDOW_SHIFT)];
        if (within + width > window.capacity()) {
            storeAcross(address, width, value);
            return;
        }
        switch (width) {
            case 1 -> window.put(within, (byte) value);
            case 2 -> U16.set(window, within, (short) value);
            case 4 -> U32.set(window, within, (int) value);
            default -> U64.set(window, within, value);
        }
    }

    private long loadAcross(long address, int width) {
        long value = 0;
        for (int i = 0; i < width; i++) {
            value |= load(address + i, 1) << (8 * i);
        }
        return value;
    }

    private void storeAcross(long address, int width, long value) {
        for (int i = 0; i < width; i++) {
            store(address + i, 1, value >>> (8 * i));
        }
    }

    private int indexOf(long address, int width) {
        for (int i = 0; i < byAddress.length; i++) {
            long offset = address - byAddress[i].address();
            if (address >= 0 && offset >= 0 && offset <= byAddress[i].length() - width) {
                return i;
            }
        }
        return -1;
    }
}
