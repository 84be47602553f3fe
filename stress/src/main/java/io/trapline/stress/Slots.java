package io.trapline.stress;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.trapline.hypervisor.IoRequestSlot;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/** A slot of its own for every state that jcstress has alive: direct memory is too slow to make for each. */
public final class Slots {
    /** How many are handed out before the first is used again; jcstress keeps fewer states than that. */
    public static final int COUNT = 1 << 16;

    private static final ByteBuffer MEMORY =
            ByteBuffer.allocateDirect(COUNT * IoRequestSlot.LENGTH).order(LITTLE_ENDIAN);
    private static final AtomicInteger NEXT = new AtomicInteger();

    private Slots() {}

    /** The number of a slot that nobody uses. */
    public static int next() {
        return NEXT.getAndIncrement() & COUNT - 1;
    }

    /** A view of that slot as it is. */
    public static IoRequestSlot view(int number) {
        int page = number / IoRequestSlot.COUNT * IoRequestSlot.PAGE_LENGTH;
        return new IoRequestSlot(
                MEMORY.slice(page, IoRequestSlot.PAGE_LENGTH), number % IoRequestSlot.COUNT);
    }

    /** A view of that slot, FREE and without completion polling. */
    public static IoRequestSlot slot(int number) {
        IoRequestSlot slot = view(number);
        slot.completionPolling(false).request(0, 0, 0, 0, 0).state(IoRequestSlot.FREE);
        return slot;
    }
}
