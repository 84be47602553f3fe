package io.trapline.ioreq;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.trapline.device.GuestMemory;
import io.trapline.hypervisor.RamRange;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.List;

/** The guest's RAM over the backend's windows. */
final class GuestRam implements GuestMemory {
    private static final VarHandle U16 =
            MethodHandles.byteBufferViewVarHandle(short[].class, LITTLE_ENDIAN);
    private static final VarHandle U32 =
            MethodHandles.byteBufferViewVarHandle(int[].class, LITTLE_ENDIAN);
    private static final VarHandle U64 =
            MethodHandles.byteBufferViewVarHandle(long[].class, LITTLE_ENDIAN);
    private static final long WITHIN_WINDOW = RamRange.WINDOW - 1;

    private final long[] first;
    private final long[] length;
    private final ByteBuffer[][] windows;
    private final long size;

    GuestRam(List<RamRange> ranges) {
        first = ranges.stream().mapToLong(RamRange::address).toArray();
        length = ranges.stream().mapToLong(RamRange::length).toArray();
        windows =
                ranges.stream()
                        .map(r -> r.windows().toArray(ByteBuffer[]::new))
                        .toArray(ByteBuffer[][]::new);
        size = ranges.stream().mapToLong(RamRange::length).sum();
    }

    @Override
    public long size() {
        return size;
    }

    /** The range that an address lies in; -1: none. */
    private int range(long address) {
        for (int i = 0; i < first.length; i++) {
            if (Long.compareUnsigned(address - first[i], length[i]) < 0) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public boolean contains(long address, long count) {
        if (count < 0 || range(address) < 0) {
            return false;
        }
        long at = address;
        long left = count;
        while (left > 0) {
            int range = range(at);
            if (range < 0) {
                return false;
            }
            long here = first[range] + length[range] - at;
            left -= here;
            at += here;
        }
        return true;
    }

    /** The window with all of an access, or null; {@link #within} is where in it. */
    private ByteBuffer window(long address, int width) {
        int range = range(address);
        if (range < 0) {
            return null;
        }
        long offset = address - first[range];
        ByteBuffer window = windows[range][(int) (offset >>> RamRange.WINDOW_SHIFT)];
        return (offset & WITHIN_WINDOW) + width <= window.capacity() ? window : null;
    }

    private int within(long address) {
        return (int) (address - first[range(address)] & WITHIN_WINDOW);
    }

    @Override
    public long load(long address, int width) {
        ByteBuffer window = window(address, width);
        if (window == null) {
            return loadBytes(address, width);
        }
        int at = within(address);
        return switch (width) {
            case 1 -> window.get(at) & 0xFFL;
            case 2 -> (short) U16.get(window, at) & 0xFFFFL;
            case 4 -> (int) U32.get(window, at) & 0xFFFF_FFFFL;
            case 8 -> (long) U64.get(window, at);
            default -> throw width(width);
        };
    }

    private long loadBytes(long address, int width) {
        if (!contains(address, width)) {
            return width >= 8 ? -1L : (1L << 8 * width) - 1;
        }
        long value = 0;
        for (int i = width - 1; i >= 0; i--) {
            value = value << 8 | load(address + i, 1);
        }
        return value;
    }

    @Override
    public long loadAcquire(long address, int width) {
        ByteBuffer window = window(address, width);
        if (window == null || (address & width - 1) != 0) {
            long value = load(address, width);
            VarHandle.acquireFence();
            return value;
        }
        int at = within(address);
        return switch (width) {
            case 2 -> {
                long value =
                        (short) U16.get(window, at) & 0xFFFFL; // 16 bits have no ordered access
                VarHandle.acquireFence();
                yield value;
            }
            case 4 -> (int) U32.getAcquire(window, at) & 0xFFFF_FFFFL;
            case 8 -> (long) U64.getAcquire(window, at);
            default -> throw width(width);
        };
    }

    @Override
    public boolean store(long address, int width, long value) {
        ByteBuffer window = window(address, width);
        if (window == null) {
            return storeBytes(address, width, value);
        }
        int at = within(address);
        switch (width) {
            case 1 -> window.put(at, (byte) value);
            case 2 -> U16.set(window, at, (short) value);
            case 4 -> U32.set(window, at, (int) value);
            case 8 -> U64.set(window, at, value);
            default -> throw width(width);
        }
        return true;
    }

    private boolean storeBytes(long address, int width, long value) {
        if (!contains(address, width)) {
            return false;
        }
        for (int i = 0; i < width; i++) {
            store(address + i, 1, value >>> 8 * i);
        }
        return true;
    }

    @Override
    public boolean storeRelease(long address, int width, long value) {
        VarHandle.releaseFence();
        return store(address, width, value);
    }

    private static IllegalArgumentException width(int width) {
        return new IllegalArgumentException(
                "no such width: " + width + " bytes, wanted 1, 2, 4 or 8");
    }

    @Override
    public boolean read(long address, ByteBuffer target) {
        if (!contains(address, target.remaining())) {
            return false;
        }
        for (long at = address; target.hasRemaining(); ) {
            ByteBuffer window = window(at, 1);
            int part = Math.min(target.remaining(), window.capacity() - within(at));
            target.put(target.position(), window, within(at), part);
            target.position(target.position() + part);
            at += part;
        }
        return true;
    }

    @Override
    public boolean write(long address, ByteBuffer source) {
        if (!contains(address, source.remaining())) {
            return false;
        }
        for (long at = address; source.hasRemaining(); ) {
            ByteBuffer window = window(at, 1);
            int part = Math.min(source.remaining(), window.capacity() - within(at));
            window.put(within(at), source, source.position(), part);
            source.position(source.position() + part);
            at += part;
        }
        return true;
    }

    @Override
    public ByteBuffer slice(long address, int length) {
        ByteBuffer window = length < 0 ? null : window(address, Math.max(length, 1));
        return window == null ? null : window.slice(within(address), length).order(LITTLE_ENDIAN);
    }

    @Override
    public Window window() {
        return new RamWindow();
    }

    /** Has a duplicate of each window that it was asked for, whose position and limit are its own. */
    private final class RamWindow implements Window {
        private final ByteBuffer[][] own = new ByteBuffer[windows.length][];

        @Override
        public ByteBuffer at(long address, long length) {
            int range = range(address);
            if (range < 0) {
                return null;
            }
            long offset = address - first[range];
            int index = (int) (offset >>> RamRange.WINDOW_SHIFT);
            int at = (int) (offset & WITHIN_WINDOW);
            ByteBuffer shown = shown(range, index);
            return shown.limit(at + (int) Math.min(length, shown.capacity() - at)).position(at);
        }

        private ByteBuffer shown(int range, int index) {
            if (own[range] == null) {
                own[range] = new ByteBuffer[windows[range].length];
            }
            if (own[range][index] == null) {
                own[range][index] = windows[range][index].duplicate().order(LITTLE_ENDIAN);
            }
            return own[range][index];
        }
    }
}
