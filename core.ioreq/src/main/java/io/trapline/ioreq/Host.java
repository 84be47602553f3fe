package io.trapline.ioreq;

import io.trapline.machine.MachineEvent;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** What all machines of the process share: threads, deadlines, a clock, and somebody to tell what happens. */
final class Host implements AutoCloseable {
    private final ExecutorService workers;
    private final ScheduledThreadPoolExecutor deadlines;
    private final Consumer<MachineEvent> listener;
    private final LongSupplier nanos;
    private final int processors;

    Host(Consumer<MachineEvent> listener) {
        this(
                listener,
                Executors.newCachedThreadPool(daemons("trapline-worker-")),
                new ScheduledThreadPoolExecutor(1, daemons("trapline-deadline-")),
                System::nanoTime,
                Runtime.getRuntime().availableProcessors());
    }

    /** With threads and a clock of somebody else's, who may run what is theirs by hand. */
    Host(
            Consumer<MachineEvent> listener,
            ExecutorService workers,
            ScheduledThreadPoolExecutor deadlines,
            LongSupplier nanos,
            int processors) {
        this.listener = listener;
        this.workers = workers;
        this.deadlines = deadlines;
        this.nanos = nanos;
        this.processors = processors;
        deadlines.setRemoveOnCancelPolicy(true);
        deadlines.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    private static ThreadFactory daemons(String prefix) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, prefix + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Threads for what nobody waits for. */
    Executor workers() {
        return workers;
    }

    /** Has a worker run a task after a while. */
    void later(long nanos, Runnable task) {
        deadlines.schedule(() -> workers.execute(task), nanos, TimeUnit.NANOSECONDS);
    }

    /** For a doorbell whose thread may watch. */
    Vigil vigil() {
        return new Vigil(nanos, processors);
    }

    void event(MachineEvent event) {
        listener.accept(event);
    }

    @Override
    public void close() {
        deadlines.shutdown();
        workers.shutdown();
    }
}
