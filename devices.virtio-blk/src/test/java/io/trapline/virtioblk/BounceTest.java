package io.trapline.virtioblk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Buffers of direct I/O: so many, used again, and none is lost where there was no memory for it. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD, unit = TimeUnit.SECONDS)
class BounceTest {
    private int refused;

    private ByteBuffer memory(int length) {
        if (refused > 0) {
            refused--;
            throw new OutOfMemoryError("wanted");
        }
        return ByteBuffer.allocateDirect(length);
    }

    @Test
    void countsNoneThatCouldNotBeMade() {
        Bounce bounce = new Bounce(2, 512, this::memory);
        refused = 5;
        for (int i = 0; i < 5; i++) {
            assertThrows(OutOfMemoryError.class, bounce::take);
        }
        assertEquals(0, bounce.count());
        Bounce.Buffer first = bounce.take();
        bounce.giveBack(bounce.take());
        bounce.giveBack(first);
        assertEquals(2, bounce.count());
    }

    /** Who waits for the place of one that could not be made is not left waiting. */
    @Test
    void givesThePlaceToWhoWaits() throws InterruptedException {
        Bounce bounce = new Bounce(1, 512);
        Bounce.Buffer taken = bounce.take();
        Bounce.Buffer[] got = {null};
        Thread waiter = new Thread(() -> got[0] = bounce.take());
        waiter.start();
        waiter.interrupt(); // it waits all the same
        bounce.giveBack(taken);
        waiter.join();
        assertSame(taken, got[0]);
        assertEquals(1, bounce.count());
    }
}
