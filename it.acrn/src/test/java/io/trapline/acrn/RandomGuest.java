package io.trapline.acrn;

import io.trapline.rig.Injector;
import io.trapline.rig.RigException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;

/**
 * A guest whose vCPUs access ports, memory and PCI configuration at random, each in a thread of its own, and check every
 * value. One seed gives one sequence for each vCPU; a failure names it.
 */
final class RandomGuest {
    /** How an access ends whose machine was paused, reset or destroyed meanwhile. */
    private static final Pattern GONE =
            Pattern.compile("(abandoned vm|vm-not-running|no-vm|vcpu-busy)\\b");

    /**
     * What was done.
     *
     * @param accesses guest accesses, of all vCPUs; PCI configuration counts once
     * @param commands to the rig: a run of many accesses is one
     */
    record Result(long accesses, long commands, Duration time) {
        long rate() {
            return accesses * 1_000_000_000L / Math.max(1, time.toNanos());
        }

        @Override
        public String toString() {
            return "%d accesses by %d commands in %.1f s: %d/s"
                    .formatted(accesses, commands, time.toNanos() / 1e9, rate());
        }
    }

    private final AddressPlan plan;
    private final int vm;
    private final int vcpus;
    private final long seed;
    private final ReentrantLock configuration = new ReentrantLock();
    private final AtomicReference<AssertionError> failure = new AtomicReference<>();
    private boolean mayEnd;

    /**
     * @param vm the number of the User VM
     */
    RandomGuest(AddressPlan plan, int vm, int vcpus, long seed) {
        this.plan = plan;
        this.vm = vm;
        this.vcpus = vcpus;
        this.seed = seed;
    }

    /** The machine may be paused or destroyed under the guest: that ends it, and is no failure. */
    RandomGuest mayEnd() {
        mayEnd = true;
        return this;
    }

    /** Makes at least so many accesses, unless the machine ends. */
    Result run(long accesses) throws InterruptedException {
        long start = System.nanoTime();
        List<RandomVcpu> guests = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int vcpu = 0; vcpu < vcpus; vcpu++) {
            Injector injector = new Injector().vm(vm).vcpu(vcpu).timeout(Duration.ofMinutes(2));
            RandomVcpu guest =
                    new RandomVcpu(injector, plan, vcpu, configuration, seed + 1000L * vcpu);
            guests.add(guest);
            String name = "vm" + vm + " vcpu" + vcpu;
            threads.add(
                    new Thread(
                            () -> {
                                try (injector) {
                                    play(guest, name, accesses / vcpus);
                                }
                            },
                            name));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        if (failure.get() != null) {
            throw failure.get();
        }
        return new Result(
                guests.stream().mapToLong(RandomVcpu::accesses).sum(),
                guests.stream().mapToLong(RandomVcpu::commands).sum(),
                Duration.ofNanos(System.nanoTime() - start));
    }

    private void play(RandomVcpu guest, String name, long accesses) {
        try {
            guest.prepare();
            while (guest.accesses() < accesses && failure.get() == null) {
                guest.step();
            }
        } catch (RuntimeException | AssertionError e) {
            if (!mayEnd || !isGone(e)) {
                String story =
                        "seed %d, %s, access %d: %s; the last commands:\n    %s"
                                .formatted(
                                        seed,
                                        name,
                                        guest.accesses(),
                                        e.getMessage(),
                                        guest.story());
                failure.compareAndSet(null, new AssertionError(story, e));
            }
        }
    }

    private static boolean isGone(Throwable e) {
        return (e instanceof RigException || e instanceof AssertionError)
                && GONE.matcher(String.valueOf(e.getMessage())).find();
    }
}
