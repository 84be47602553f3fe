package io.trapline.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** guest/README.md, "loops.bin, loops.rom". */
class LoopsTest {
    private static final String OUTPUT =
            """
            loops: kind 1 accesses 100 batches 2\r
            batch 1 cycles 0000000000002710\r
            batch 2 cycles 0000000000004E20\r
            loops: done\r
            """;

    @Test
    void theImageIsToldWhatToDo() throws IOException {
        Loops loops = new Loops(Loops.MEMORY_READ, 123, 45);
        for (byte[] image : new byte[][] {loops.image(), loops.rom()}) {
            ByteBuffer words = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
            assertEquals(2, words.getInt(0x18));
            assertEquals(123, words.getInt(0x1C));
            assertEquals(45, words.getInt(0x20));
            assertEquals(0xFED0_0000, words.getInt(0x34));
        }
    }

    @Test
    void theCyclesOfAnIterationAreReadFromWhatItPrints() throws IOException {
        assertArrayEquals(
                new double[] {100, 200}, new Loops(Loops.PORT_READ, 100, 2).cycles(OUTPUT));
    }

    @Test
    void anEarlyEndIsAnError() {
        Loops loops = new Loops(Loops.PORT_READ, 100, 3);
        IOException e = assertThrows(IOException.class, () -> loops.cycles(OUTPUT));
        assertTrue(e.getMessage().startsWith("the guest printed 2 of 3 batches"), e.getMessage());
    }
}
