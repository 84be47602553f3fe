package io.trapline.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** What all threads of this process have allocated between two moments; allocates nothing in between. */
final class Allocations {
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private long[] ids = {};
    private long[] before = {};

    /** From now on. Threads that begin later are not counted. */
    void begin() {
        ids = threads.getAllThreadIds();
        before = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            before[i] = threads.getThreadAllocatedBytes(ids[i]);
        }
    }

    /** Bytes since {@link #begin}. */
    long end() {
        long bytes = 0;
        for (int i = 0; i < ids.length; i++) {
            long now = threads.getThreadAllocatedBytes(ids[i]);
            bytes += now < 0 ? 0 : now - before[i]; // -1: it has ended
        }
        return bytes;
    }
}
