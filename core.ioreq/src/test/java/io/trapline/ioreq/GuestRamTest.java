package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.device.GuestMemory;
import io.trapline.hypervisor.RamRange;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** {@code GuestMemory}: addresses come from the guest, so a bad one is an answer. */
class GuestRamTest {
    private static final int WIDTHS = 4;

    /** Two pieces that follow each other, a hole, and one below 4 GiB's end; small windows. */
    private final List<RamRange> ranges =
            List.of(range(0, 0x2000), range(0x2000, 0x1000), range(0xFFFF_F000L, 0x1000));

    private final GuestRam ram = new GuestRam(ranges);

    private static RamRange range(long address, int length) {
        return new RamRange(address, length, List.of(ByteBuffer.allocateDirect(length)));
    }

    private byte slow(long address) {
        for (RamRange range : ranges) {
            long offset = address - range.address();
            if (offset >= 0 && offset < range.length()) {
                return range.windows().get(0).get((int) offset);
            }
        }
        throw new AssertionError(Long.toHexString(address));
    }

    private boolean slowlyContained(long address, long length) {
        for (long i = 0; i < Math.max(length, 1); i++) {
            long at = address + i;
            boolean there =
                    ranges.stream()
                            .anyMatch(r -> Long.compareUnsigned(at - r.address(), r.length()) < 0);
            if (!there) {
                return false;
            }
        }
        return true;
    }

    private static long hostile(Random random) {
        long near = random.nextInt(33) - 16L;
        return switch (random.nextInt(8)) {
            case 0 -> near;
            case 1 -> 0x2000 + near;
            case 2 -> 0x3000 + near;
            case 3 -> 0xFFFF_F000L + near;
            case 4 -> 0x1_0000_0000L + near;
            case 5 -> Long.MIN_VALUE + near;
            case 6 -> random.nextLong();
            default -> random.nextInt(0x3000);
        };
    }

    @Test
    void loadsAndStoresWhatIsInsideAndNothingElse() {
        Random random = new Random(3);
        for (int i = 0; i < 200_000; i++) {
            long address = hostile(random);
            int width = 1 << random.nextInt(WIDTHS);
            long value = random.nextLong();
            boolean inside = slowlyContained(address, width);
            long mask = -1L >>> 64 - 8 * width;
            String what = "step " + i + ": " + Long.toHexString(address) + "+" + width;

            boolean ordered = width > 1 && random.nextBoolean();
            boolean stored =
                    ordered
                            ? ram.storeRelease(address, width, value)
                            : ram.store(address, width, value);
            long loaded = ordered ? ram.loadAcquire(address, width) : ram.load(address, width);

            assertEquals(inside, stored, what);
            assertEquals(inside, ram.contains(address, width), what);
            assertEquals(inside ? value & mask : mask, loaded, what);
            if (inside) {
                for (int b = 0; b < width; b++) {
                    assertEquals((byte) (value >>> 8 * b), slow(address + b), what);
                }
            }
        }
    }

    @Test
    void copiesAllOrNothing() {
        Random random = new Random(4);
        for (int i = 0; i < 5_000; i++) {
            long address = hostile(random);
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            boolean inside = slowlyContained(address, bytes.length);
            ByteBuffer source = ByteBuffer.wrap(bytes);
            ByteBuffer target = ByteBuffer.allocate(bytes.length);
            String what = "step " + i + ": " + Long.toHexString(address) + "+" + bytes.length;

            assertEquals(inside, ram.write(address, source), what);
            assertEquals(inside ? 0 : bytes.length, source.remaining(), what);
            assertEquals(inside, ram.read(address, target), what);
            if (inside) {
                assertArrayEquals(bytes, target.array(), what);
            }
        }
    }

    @Test
    void storesNothingThatHangsOverTheEdge() {
        ram.store(0x2FF8, 8, 0x1111_1111_1111_1111L);

        assertFalse(ram.store(0x2FFC, 8, -1L));
        assertEquals(0x1111_1111_1111_1111L, ram.load(0x2FF8, 8));
    }

    @Test
    void crossesFromOnePieceToTheNext() {
        assertTrue(ram.store(0x1FFD, 8, 0x0102_0304_0506_0708L));
        assertEquals(0x0102_0304_0506_0708L, ram.load(0x1FFD, 8));
        assertEquals(0x0102_0304_0506_0708L, ram.loadAcquire(0x1FFD, 8));
        assertNull(ram.slice(0x1FFD, 8), "not contiguous here");
    }

    @Test
    void containsAnEmptyRangeWhereTheAddressIs() {
        assertTrue(ram.contains(0x2FFF, 0));
        assertFalse(ram.contains(0x3000, 0));
        assertFalse(ram.contains(0, -1));
        assertFalse(ram.contains(0, Long.MAX_VALUE));
        assertFalse(ram.contains(-1, 2), "wraps into the first piece");
        assertFalse(ram.contains(-1, Long.MAX_VALUE));
    }

    @Test
    void slicesWhatIsContiguous() {
        ByteBuffer slice = ram.slice(0x10, 4);
        ram.store(0x10, 4, 0x0403_0201);

        assertNotNull(slice);
        assertEquals(0x0403_0201, slice.getInt(0));
        assertEquals(4, slice.capacity());
        assertEquals(ByteOrder.LITTLE_ENDIAN, slice.order());
        assertEquals(0, ram.slice(0x10, 0).capacity());
        assertNull(ram.slice(0x10, -1));
        assertNull(ram.slice(0x10, Integer.MAX_VALUE));
        assertNull(ram.slice(-1, 1));
        assertNull(ram.slice(Long.MIN_VALUE, 1));
    }

    @Test
    void refusesAWidthThatDoesNotExist() {
        assertThrows(IllegalArgumentException.class, () -> ram.load(0, 3));
        assertThrows(IllegalArgumentException.class, () -> ram.store(0, 3, 0));
        assertThrows(IllegalArgumentException.class, () -> ram.loadAcquire(0, 1));
    }

    @Test
    void crossesWindows() {
        long window = RamRange.WINDOW;
        // Never touched but for a few bytes around the seam: the host gives no memory for the rest.
        ByteBuffer first = ByteBuffer.allocateDirect(16);
        GuestRam two = new GuestRam(List.of(new RamRange(0, window + 16, List.of(first, first))));

        assertTrue(two.contains(window - 4, 8));
        assertTrue(two.store(window, 8, 42));
        assertEquals(42, two.load(window, 8));
        assertNull(two.slice(window - 4, 8));
        assertEquals(window + 16, two.size());
    }

    @Test
    void showsWhatIsContiguousThroughOneWindow() {
        ram.store(0x1FFF, 1, 7);
        ram.store(0x2000, 1, 8);
        GuestMemory.Window window = ram.window();

        ByteBuffer shown = window.at(0x1FFF, 0x100);
        assertEquals(1, shown.remaining(), "to the end of its piece");
        assertEquals(7, shown.get());
        shown = window.at(0x2000, 0x100);
        assertEquals(0x100, shown.remaining());
        assertEquals(8, shown.get(shown.position()));
        shown.putInt(shown.position(), 0x01020304);
        assertEquals(0x01020304, ram.load(0x2000, 4), "RAM itself, little-endian");
        assertEquals(0x1000, window.at(0x2000, Long.MAX_VALUE).remaining());
        assertNull(window.at(0x3000, 1));
        assertNull(window.at(-1, 1));
        assertTrue(window.at(0, 1) == window.at(8, 1), "the same object again");
    }
}
