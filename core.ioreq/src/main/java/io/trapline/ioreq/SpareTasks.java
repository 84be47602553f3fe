package io.trapline.ioreq;

import java.util.concurrent.atomic.AtomicReferenceArray;

/** Posted tasks that were run, to be used again: a device that posts all the time allocates nothing. From any thread. */
final class SpareTasks {
    private static final int MOST = 4;

    private final AtomicReferenceArray<PostedTask> tasks = new AtomicReferenceArray<>(MOST);

    /** One, for the caller alone; null: there is none. */
    PostedTask take() {
        for (int i = 0; i < MOST; i++) {
            PostedTask found = tasks.get(i) == null ? null : tasks.getAndSet(i, null);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /** Keeps one, if there is room. */
    void give(PostedTask task) {
        for (int i = 0; i < MOST; i++) {
            if (tasks.get(i) == null && tasks.compareAndSet(i, null, task)) {
                return;
            }
        }
    }
}
