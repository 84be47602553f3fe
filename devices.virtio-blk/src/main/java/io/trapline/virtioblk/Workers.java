package io.trapline.virtioblk;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads of one disk, which perform its requests side by side. They come when they are needed, and go. */
final class Workers implements Executor {
    private static final int MOST = 16;
    private static final int IDLE_SECONDS = 10;

    private final ThreadPoolExecutor pool;

    /**
     * No thread yet.
     *
     * @param depth how many requests there are; as many can wait, and a queue of fixed length allocates nothing
     */
    Workers(int depth) {
        AtomicInteger count = new AtomicInteger();
        pool =
                new ThreadPoolExecutor(
                        MOST,
                        MOST,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(depth),
                        task -> {
                            Thread thread =
                                    new Thread(task, "trapline-blk-" + count.incrementAndGet());
                            thread.setDaemon(true);
                            return thread;
                        });
        pool.allowCoreThreadTimeOut(true);
    }

    /** Has it performed: by the caller if they have ended, or the host has no thread left. */
    @Override
    public void execute(Runnable task) {
        try {
            pool.execute(task);
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            task.run(); // a request that nobody performs would be waited for for ever
        }
    }

    /** Waits some seconds for what they are at; false if that has not ended. */
    boolean end() {
        pool.shutdown();
        try {
            return pool.awaitTermination(IDLE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
