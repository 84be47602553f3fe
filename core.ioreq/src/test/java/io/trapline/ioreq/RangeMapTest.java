package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.device.Region;
import io.trapline.hypervisor.IoRequestSlot;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** DESIGN section 2, "Allocation-free, lock-free look-up". */
class RangeMapTest {
    private static final Mapping NOBODY = new Mapping(-1, 0, 0, null, null, null);
    private static final int[] WIDTHS = {1, 2, 4, 8};
    private static final Region REGION =
            new Region() {
                @Override
                public long read(long offset, int width) {
                    return 0;
                }

                @Override
                public void write(long offset, int width, long value) {}
            };

    private static Mapping mapping(int type, long first, long length) {
        return new Mapping(type, first, length, REGION, null, null);
    }

    private static Mapping memory(long first, long length) {
        return mapping(IoRequestSlot.MMIO, first, length);
    }

    /** What the map must find: looks at all. */
    private static Mapping slowly(List<Mapping> all, int type, long address, int width) {
        for (Mapping m : all) {
            long end = m.first + m.length; // 0: the end of the address space
            boolean within =
                    Long.compareUnsigned(address, m.first) >= 0
                            && (end == 0
                                    || Long.compareUnsigned(address, end) < 0
                                            && Long.compareUnsigned(end - address, width) >= 0)
                            && (end != 0 || -address >= width || address == 0 && width == 0);
            if (m.type == type && within) {
                return m;
            }
        }
        return NOBODY;
    }

    @Test
    void findsWhatANaiveSearchFindsForRandomMaps() {
        for (int seed = 0; seed < 150; seed++) {
            Random random = new Random(seed);
            List<Mapping> all = randomMap(random);
            Collections.shuffle(all, random);
            RangeMap map = new RangeMap(NOBODY, all);
            for (int i = 0; i < 2000; i++) {
                Mapping near = all.get(random.nextInt(all.size()));
                long address = near.first + edge(random, near.length);
                int width = WIDTHS[random.nextInt(4)];
                String what = "seed " + seed + ": " + Long.toHexString(address) + "+" + width;
                assertSame(
                        slowly(all, IoRequestSlot.MMIO, address, width),
                        map.memory(address, width),
                        what);
                long port = address & 0x1_FFFF;
                assertSame(
                        slowly(all, IoRequestSlot.PORTIO, port, width),
                        map.port(port, width),
                        what);
            }
        }
    }

    /** Around either end of a mapping, or anywhere in it. */
    private static long edge(Random random, long length) {
        return switch (random.nextInt(3)) {
            case 0 -> random.nextInt(17) - 8;
            case 1 -> length + random.nextInt(17) - 8;
            default -> (random.nextLong() >>> 1) % length;
        };
    }

    private static List<Mapping> randomMap(Random random) {
        List<Mapping> all = new ArrayList<>();
        int wanted = 1 + random.nextInt(60);
        while (all.size() < wanted) {
            Mapping next =
                    random.nextInt(3) == 0
                            ? mapping(
                                    IoRequestSlot.PORTIO,
                                    random.nextInt(0xFFC0),
                                    1 + random.nextInt(64))
                            : memory(somewhere(random), size(random));
            boolean wraps =
                    next.type == IoRequestSlot.MMIO
                            && Long.compareUnsigned(next.first + next.length - 1, next.first) < 0;
            if (!wraps && all.stream().noneMatch(next::overlaps)) {
                all.add(next);
            }
        }
        return all;
    }

    private static long somewhere(Random random) {
        long page = 0xFEB0_0000L + random.nextInt(40) * 0x1000L;
        return switch (random.nextInt(5)) {
            case 0 -> random.nextLong(); // the upper half of the address space too
            case 1 -> -1L - random.nextInt(0x4000);
            default -> page + random.nextInt(0x1000);
        };
    }

    private static long size(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> 1 + random.nextInt(0x3000);
            case 1 -> 1L << 18 + random.nextInt(20); // more pages than are hashed
            default -> 1 + random.nextInt(0x100);
        };
    }

    @Test
    void holds1024MappingsOfOnePortOrPageEach() {
        List<Mapping> all = new ArrayList<>();
        for (int i = 0; i < 1024; i++) {
            all.add(mapping(IoRequestSlot.PORTIO, 8L * i, 8));
            all.add(memory(0xE000_0000L + 0x1000L * i, 0x1000));
            all.add(mapping(IoRequestSlot.PCICFG, i, 1));
        }
        RangeMap map = new RangeMap(NOBODY, all);

        for (int i = 0; i < 1024; i++) {
            assertSame(all.get(3 * i), map.port(8 * i + 7, 1));
            assertSame(all.get(3 * i + 1), map.memory(0xE000_0000L + 0x1000L * i + 0xFF8, 8));
            assertSame(all.get(3 * i + 2), map.pci(i));
        }
        assertSame(NOBODY, map.pci(1024));
        assertSame(NOBODY, map.pci(-1));
    }

    @ParameterizedTest
    @CsvSource({
        "0x3F8, 8, true", // the whole claim at once
        "0x3FF, 1, true",
        "0x3FF, 2, false",
        "0x3F7, 2, false",
        "0x3F7, 1, false",
        "0x400, 1, false",
    })
    void contains(String port, int width, boolean found) {
        Mapping com1 = mapping(IoRequestSlot.PORTIO, 0x3F8, 8);
        RangeMap map = new RangeMap(NOBODY, List.of(com1));

        assertSame(found ? com1 : NOBODY, map.port(Long.decode(port), width));
    }

    @Test
    void findsTheLastPortAndAddress() {
        Mapping port = mapping(IoRequestSlot.PORTIO, 0xFFFF, 1);
        Mapping top = memory(-16, 16);
        RangeMap map = new RangeMap(NOBODY, List.of(port, top));

        assertSame(port, map.port(0xFFFF, 1));
        assertSame(NOBODY, map.port(0xFFFF, 2));
        assertSame(NOBODY, map.port(0x1_FFFF, 1));
        assertSame(top, map.memory(-8, 8));
        assertSame(NOBODY, map.memory(-7, 8));
        assertSame(NOBODY, map.memory(0, 8));
    }

    @Test
    void seesAnAccessAcrossTwoPagesOfOneMapping() {
        Mapping two = memory(0xFEB0_0000L, 0x2000);
        RangeMap map = new RangeMap(NOBODY, List.of(two));

        assertSame(two, map.memory(0xFEB0_0FFCL, 8));
        assertSame(NOBODY, map.memory(0xFEB0_1FFCL, 8));
    }

    @Test
    void knowsWhatOnlyTouches() {
        RangeMap map = new RangeMap(NOBODY, List.of(memory(0xFEB0_0004L, 4)));

        assertTrue(map.touches(IoRequestSlot.MMIO, 0xFEB0_0001L, 4));
        assertTrue(map.touches(IoRequestSlot.MMIO, 0xFEB0_0000L, 8));
        assertFalse(map.touches(IoRequestSlot.MMIO, 0xFEB0_0000L, 4));
        assertFalse(map.touches(IoRequestSlot.MMIO, 0xFEB0_0008L, 8));
        assertFalse(map.touches(IoRequestSlot.PORTIO, 0xFEB0_0004L, 1));
    }

    @Test
    void writesPlacesAsDatasheetsDo() {
        assertEquals("port 0x3f8+8", mapping(IoRequestSlot.PORTIO, 0x3F8, 8).toString());
        assertEquals("memory 0xfeb00000+4096", memory(0xFEB0_0000L, 4096).toString());
        assertEquals("pci 00:04.0", mapping(IoRequestSlot.PCICFG, 4 << 3, 1).toString());
    }
}
