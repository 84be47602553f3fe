package io.trapline.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** RAM: little-endian, in two parts, and a bad address is an answer. */
class TestMemoryTest {
    private static final long FOUR_GIB = 1L << 32;
    private final TestMemory memory = new TestMemory(TestMemory.HOLE + (1 << 20));

    @Test
    void isLittleEndian() {
        assertTrue(memory.store(0x1000, 4, 0x1122_3344_5566_7788L));
        assertEquals(0x5566_7788L, memory.load(0x1000, 8));
        assertEquals(0x77, memory.load(0x1001, 1));
        assertTrue(memory.storeRelease(0x1004, 2, 0x99AA));
        assertEquals(0x99AA_5566_7788L, memory.loadAcquire(0x1000, 8));
    }

    @Test
    void goesOnAtFourGib() {
        assertTrue(memory.contains(TestMemory.HOLE - 1, 1));
        assertFalse(memory.contains(TestMemory.HOLE - 1, 2));
        assertFalse(memory.contains(FOUR_GIB - 1, 1));
        assertTrue(memory.contains(FOUR_GIB, 1 << 20));
        assertFalse(memory.contains(FOUR_GIB, (1 << 20) + 1));
        assertFalse(memory.contains(-1, 1));
        assertFalse(memory.contains(0, -1));
        assertFalse(memory.contains(0, Long.MAX_VALUE));
    }

    @Test
    void answersWhereThereIsNone() {
        assertEquals(0xFFFF, memory.load(TestMemory.HOLE - 1, 2));
        assertEquals(-1, memory.loadAcquire(-8, 8));
        assertFalse(memory.store(TestMemory.HOLE, 1, 0));
        assertFalse(memory.read(TestMemory.HOLE - 1, ByteBuffer.allocate(2)));
        assertFalse(memory.write(TestMemory.HOLE - 1, ByteBuffer.allocate(2)));
        assertNull(memory.slice(TestMemory.HOLE - 1, 2));
    }

    @Test
    void copiesAndShowsPieces() {
        assertTrue(memory.write(TestMemory.PIECE - 2, ByteBuffer.wrap(new byte[] {1, 2, 3, 4})));
        ByteBuffer copy = ByteBuffer.allocate(4);
        assertTrue(memory.read(TestMemory.PIECE - 2, copy));
        assertEquals(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), copy.flip());
        assertEquals(0x0403, memory.slice(TestMemory.PIECE, 2).getShort(0));
        assertNull(memory.slice(TestMemory.PIECE - 1, 2));
    }

    @Test
    void refusesASizeOfNoMachine() {
        assertThrows(IllegalArgumentException.class, () -> new TestMemory(-1));
        assertThrows(IllegalArgumentException.class, () -> new TestMemory(1));
    }
}
