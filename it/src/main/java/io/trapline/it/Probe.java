package io.trapline.it;

import io.trapline.hypervisor.ScriptedGuest;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/** A guest whose accesses are made by a test, one after the other, on its vCPU. */
final class Probe implements ScriptedGuest {
    private static final long PATIENCE_SECONDS = 30;

    private record Order(ToLongFunction<Cpu> access, CompletableFuture<Long> answer) {}

    private final BlockingQueue<Order> orders = new ArrayBlockingQueue<>(16);

    @Override
    public void run(Cpu cpu) {
        while (cpu.id() == 0) {
            cpu.nanoTime(); // where a pause or an end finds it
            Order order;
            try {
                order = orders.poll(1, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                return;
            }
            if (order != null) {
                order.answer().complete(order.access().applyAsLong(cpu));
            }
        }
    }

    /** Has the guest do something; returns at once. */
    CompletableFuture<Long> start(ToLongFunction<Cpu> access) {
        Order order = new Order(access, new CompletableFuture<>());
        orders.add(order);
        return order.answer();
    }

    /** Has the guest do something, and waits for it. */
    long run(ToLongFunction<Cpu> access) throws Exception {
        return start(access).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    long in(int port) throws Exception {
        return run(cpu -> cpu.in(port, 1));
    }

    void out(int port, long value) throws Exception {
        run(
                cpu -> {
                    cpu.out(port, 1, value);
                    return 0;
                });
    }
}
