package io.trapline.virtioblk;

import io.trapline.linux.IoVector;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Memory for direct I/O where the guest's does not suit the host: aligned, bounded, used again. Who finds none waits
 * for another's, which is a host's I/O away.
 */
final class Bounce {
    /** Bytes of one, a multiple of every alignment. */
    static final int LENGTH = 1 << 18;

    private static final int PAGE = 4096;

    private final int most;
    private final int alignment;
    private final AtomicInteger made = new AtomicInteger();
    private final BlockingQueue<Buffer> free;

    /** One of them. */
    static final class Buffer {
        final ByteBuffer memory;
        final IoVector vector = new IoVector();

        Buffer(int length, int alignment) {
            memory = ByteBuffer.allocateDirect(length + alignment).alignedSlice(alignment);
        }

        /** Its part from one place to another, as what is to be transferred. */
        IoVector part(int from, int to) {
            vector.clear().add(memory.limit(to).position(from));
            return vector;
        }

        /** The same as memory. */
        ByteBuffer bytes(int from, int to) {
            return memory.limit(to).position(from);
        }
    }

    /**
     * None is made before it is needed.
     *
     * @param alignment what addresses are multiples of
     */
    Bounce(int most, int alignment) {
        this.most = most;
        this.alignment = Math.max(alignment, PAGE);
        free = new ArrayBlockingQueue<>(most);
    }

    Buffer take() {
        Buffer buffer = free.poll();
        if (buffer == null && made.get() < most && made.getAndIncrement() < most) {
            return new Buffer(LENGTH, alignment);
        }
        boolean interrupted = false;
        while (buffer == null) {
            try {
                buffer = free.take();
            } catch (InterruptedException e) {
                interrupted = true; // a request is finished all the same
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return buffer;
    }

    void giveBack(Buffer buffer) {
        free.add(buffer);
    }

    /** How many there are. */
    int count() {
        return Math.min(made.get(), most);
    }
}
