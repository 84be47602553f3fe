package io.trapline.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Pieces of memory, and what is left of them. */
class IoVectorTest {
    private final ByteBuffer memory = ByteBuffer.allocateDirect(64);
    private final IoVector vector = new IoVector();

    private void piece(int from, int length) {
        vector.add(memory.limit(from + length).position(from));
    }

    private String bytes() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            text.append((char) (memory.get(i) == 0 ? '.' : memory.get(i)));
        }
        return text.toString();
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.allocateDirect(text.length()).put(text.getBytes(UTF_8)).flip();
    }

    @Test
    void fillsPiecesInTheirOrder() {
        piece(8, 3);
        piece(0, 4);
        piece(12, 0);
        piece(15, 2);
        assertEquals(9, vector.length());
        assertEquals(3, vector.count());
        memory.clear();
        vector.put(text("abcde"));
        assertEquals("de......abc.........", bytes());
        assertEquals(4, vector.length());
        vector.put(text("fghi"));
        assertEquals("defg....abc....hi...", bytes());
        assertEquals(0, vector.count());
    }

    @Test
    void takesFromTheFront() {
        memory.put(0, "0123456789abcdefghij".getBytes(UTF_8));
        piece(4, 4);
        piece(0, 2);
        ByteBuffer target = ByteBuffer.allocateDirect(5);
        vector.get(target);
        assertEquals(text("45670"), target);
        assertEquals(1, vector.length());
        memory.clear();
        vector.zero(1);
        assertEquals("0.23456789abcdefghij", bytes());
    }

    @Test
    void movesItsFrontToAnother() {
        memory.put(0, "0123456789abcdefghij".getBytes(UTF_8));
        piece(4, 4);
        piece(10, 4);
        IoVector other = new IoVector();
        vector.moveTo(other, 6);
        assertEquals(6, other.length());
        assertEquals(2, vector.length());
        ByteBuffer target = ByteBuffer.allocateDirect(6);
        other.get(target);
        assertEquals(text("4567ab"), target);
    }

    @Test
    void mergesNeighbours() {
        piece(4, 4);
        piece(8, 4);
        assertEquals(1, vector.count());
        assertEquals(8, vector.length());
        piece(0, 4);
        assertEquals(2, vector.count());
    }

    @Test
    void growsAndIsUsedAgain() {
        for (int round = 0; round < 3; round++) {
            vector.clear();
            for (int i = 0; i < 30; i++) {
                piece(2 * (29 - i), 1);
            }
            assertEquals(30, vector.count());
            vector.skip(29);
            assertEquals(1, vector.length());
        }
    }

    @Test
    void takesNoMoreThanThereIs() {
        piece(0, 4);
        assertThrows(IndexOutOfBoundsException.class, () -> vector.skip(5));
        assertThrows(IndexOutOfBoundsException.class, () -> vector.zero(5));
        assertThrows(IndexOutOfBoundsException.class, () -> vector.put(text("abcde")));
        assertThrows(IllegalArgumentException.class, () -> vector.add(ByteBuffer.allocate(1)));
        assertEquals(4, vector.length());
    }
}
