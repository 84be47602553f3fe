package io.trapline.ioreq;

import java.util.Deque;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A host's threads, run by the test: nothing happens by itself, and time passes when somebody looks. */
final class ByHand extends AbstractExecutorService {
    private static final long NANOS_PER_LOOK = 1_000;

    private final Deque<Runnable> queue = new ConcurrentLinkedDeque<>();

    /** What waits for a deadline, in the order in which it was scheduled. */
    final List<Runnable> later = new CopyOnWriteArrayList<>();

    final ScheduledThreadPoolExecutor deadlines =
            new ScheduledThreadPoolExecutor(1) {
                @Override
                public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
                    later.add(task);
                    return null;
                }
            };

    final int processors;
    private long nanos;

    ByHand() {
        this(2);
    }

    /** With so many processors, for threads that watch. */
    ByHand(int processors) {
        this.processors = processors;
    }

    /** The host's clock. */
    long look() {
        nanos += NANOS_PER_LOOK;
        return nanos;
    }

    @Override
    public void execute(Runnable task) {
        queue.add(task);
    }

    /** Runs what workers have been given until there is nothing more. */
    void run() {
        for (Runnable task = queue.poll(); task != null; task = queue.poll()) {
            task.run();
        }
    }

    /** Whether there is nothing to run. */
    boolean idle() {
        return queue.isEmpty();
    }

    /** How many tasks workers have been given and not begun. */
    int waiting() {
        return queue.size();
    }

    /** The deadline of something comes. */
    void expire(int index) {
        later.remove(index).run();
        run();
    }

    @Override
    public void shutdown() {
        queue.clear();
    }

    @Override
    public List<Runnable> shutdownNow() {
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return false;
    }

    @Override
    public boolean isTerminated() {
        return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return true;
    }
}
