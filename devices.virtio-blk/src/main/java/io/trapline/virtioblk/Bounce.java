package io.trapline.virtioblk;

import io.trapline.linux.IoVector;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/**
 * Memory for direct I/O where the guest's does not suit the host: aligned, bounded, used again. Who finds none waits
 * for another's, which is a host's I/O away.
 */
final class Bounce {
    /** Bytes of one, a multiple of every alignment. */
    static final int LENGTH = 1 << 18;

    private static final int PAGE = 4096;

    private final int alignment;
    private final IntFunction<ByteBuffer> memory;
    private final Semaphore places; // of those that are taken
    private final Queue<Buffer> free;
    private final AtomicInteger made = new AtomicInteger();

    /** One of them. */
    static final class Buffer {
        final ByteBuffer memory;
        final IoVector vector = new IoVector();

        private Buffer(ByteBuffer memory) {
            this.memory = memory;
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
        this(most, alignment, ByteBuffer::allocateDirect);
    }

    /** The same, with memory from elsewhere. */
    Bounce(int most, int alignment, IntFunction<ByteBuffer> memory) {
        this.memory = memory;
        this.alignment = Math.max(alignment, PAGE);
        places = new Semaphore(most);
        free = new ArrayBlockingQueue<>(most);
    }

    /** One to be given back. Without memory for one, nothing is taken. */
    Buffer take() {
        places.acquireUninterruptibly(); // a request is finished all the same
        Buffer buffer = free.poll();
        try {
            return buffer != null ? buffer : make();
        } catch (Throwable e) {
            places.release();
            throw e;
        }
    }

    private Buffer make() {
        Buffer buffer = new Buffer(memory.apply(LENGTH + alignment).alignedSlice(alignment));
        made.incrementAndGet();
        return buffer;
    }

    void giveBack(Buffer buffer) {
        free.add(buffer);
        places.release();
    }

    /** How many there are. */
    int count() {
        return made.get();
    }
}
