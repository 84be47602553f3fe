package io.trapline.qtest.machine;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.channels.FileChannel.MapMode.READ_WRITE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.trapline.hypervisor.RamRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A PC's RAM: from 0, with the hole of video memory and ROMs, and with what does not fit below the devices above
 * 4 GiB. A sparse file that is deleted at once, so that a page costs nothing until it is written.
 */
public final class QtestRam {
    private static final long HOLE = 0xA_0000L;
    private static final long HIGH = 0x10_0000L;

    /** From so much RAM on, QEMU's machines have only {@link #LOW} of it below 4 GiB. */
    private static final long SPLIT = 0xE000_0000L;

    private static final long LOW = 0xC000_0000L;
    private static final long ABOVE_4G = 4L << 30;
    private static final long WINDOW_MASK = RamRange.WINDOW - 1;

    private final List<RamRange> ranges;
    private final RamRange[] byAddress;

    private QtestRam(List<RamRange> ranges) {
        this.ranges = List.copyOf(ranges);
        byAddress = ranges.toArray(RamRange[]::new);
    }

    static QtestRam map(long bytes) throws IOException {
        Path file = Files.createTempFile("trapline-qtest", ".ram");
        try (FileChannel channel = FileChannel.open(file, READ, WRITE)) {
            List<RamRange> ranges = new ArrayList<>();
            long low = bytes >= SPLIT ? LOW : bytes;
            ranges.add(range(channel, 0, HOLE));
            ranges.add(range(channel, HIGH, low - HIGH));
            if (bytes > low) {
                ranges.add(range(channel, ABOVE_4G, bytes - low));
            }
            return new QtestRam(ranges);
        } catch (IOException e) {
            throw new IOException("cannot map " + bytes + " bytes of RAM in " + file + ": " + e, e);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /** The file has holes enough: each piece lies in it where it lies in the machine. */
    private static RamRange range(FileChannel file, long address, long length) throws IOException {
        List<ByteBuffer> windows = new ArrayList<>();
        for (long done = 0; done < length; done += RamRange.WINDOW) {
            long piece = Math.min(RamRange.WINDOW, length - done);
            windows.add(file.map(READ_WRITE, address + done, piece).order(LITTLE_ENDIAN));
        }
        return new RamRange(address, length, windows);
    }

    List<RamRange> ranges() {
        return ranges;
    }

    /** Whether an access is wholly RAM. */
    boolean holds(long address, int width) {
        return rest(address) >= width;
    }

    /**
     * How far RAM goes on from an address.
     *
     * @param address guest-physical, unsigned
     * @return bytes; 0: it is no RAM
     */
    public long rest(long address) {
        RamRange range = at(address);
        return range == null ? 0 : range.length() - (address - range.address());
    }

    /** How many addresses from this one on are no RAM; at least 1 where {@link #rest} is 0. */
    public long gap(long address) {
        for (RamRange range : byAddress) {
            if (Long.compareUnsigned(range.address(), address) > 0) {
                return range.address() - address;
            }
        }
        return Long.MAX_VALUE;
    }

    private RamRange at(long address) {
        for (RamRange range : byAddress) {
            if (Long.compareUnsigned(address - range.address(), range.length()) < 0) {
                return range;
            }
        }
        return null;
    }

    long load(long address, int width) {
        RamRange range = at(address);
        int within = (int) ((address - range.address()) & WINDOW_MASK);
        ByteBuffer window = window(range, address);
        if (within + width > window.capacity()) {
            return load(address, 1) | load(address + 1, width - 1) << Byte.SIZE;
        }
        return switch (width) {
            case 1 -> Byte.toUnsignedLong(window.get(within));
            case 2 -> Short.toUnsignedLong(window.getShort(within));
            case 4 -> Integer.toUnsignedLong(window.getInt(within));
            case 8 -> window.getLong(within);
            default -> load(address, 1) | load(address + 1, width - 1) << Byte.SIZE;
        };
    }

    void store(long address, int width, long value) {
        RamRange range = at(address);
        int within = (int) ((address - range.address()) & WINDOW_MASK);
        ByteBuffer window = window(range, address);
        boolean whole = within + width <= window.capacity();
        switch (whole ? width : 0) {
            case 1 -> window.put(within, (byte) value);
            case 2 -> window.putShort(within, (short) value);
            case 4 -> window.putInt(within, (int) value);
            case 8 -> window.putLong(within, value);
            default -> {
                store(address, 1, value);
                store(address + 1, width - 1, value >>> Byte.SIZE);
            }
        }
    }

    private static ByteBuffer window(RamRange range, long address) {
        return range.windows().get((int) (address - range.address() >>> RamRange.WINDOW_SHIFT));
    }

    /**
     * Copies out of RAM.
     *
     * @param address the first; RAM goes on for {@code length} bytes, {@link #rest} says so
     */
    public void get(long address, byte[] target, int offset, int length) {
        int done = 0;
        while (done < length) {
            RamRange range = at(address + done);
            int within = (int) ((address + done - range.address()) & WINDOW_MASK);
            ByteBuffer window = window(range, address + done);
            int piece = Math.min(length - done, window.capacity() - within);
            window.get(within, target, offset + done, piece);
            done += piece;
        }
    }

    /** Copies into RAM, as {@link #get} copies out of it. */
    public void put(long address, byte[] source, int offset, int length) {
        int done = 0;
        while (done < length) {
            RamRange range = at(address + done);
            int within = (int) ((address + done - range.address()) & WINDOW_MASK);
            ByteBuffer window = window(range, address + done);
            int piece = Math.min(length - done, window.capacity() - within);
            window.put(within, source, offset + done, piece);
            done += piece;
        }
    }
}
