package io.trapline.ioreq;

import io.trapline.machine.MachineEvent;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Looks at the ioreq clients of a running machine once in a while: a device that has kept a baton for long is
 * reported, and given up when it does not come back at all.
 *
 * <p>Nothing is noted when a device is entered. What is seen at one look and again at the next was there all the
 * while, so time is counted in looks: never too early, late by one look at most, and a process that stood still
 * has not made its devices slow.
 */
final class Watchdog {
    /** From one look to the next: so many. */
    private static final long LONGEST_PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long SHORTEST_PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final LiveMachine machine;
    private final long slowNanos;
    private final long hungNanos;
    private final long periodNanos;
    private volatile Object watch = new Object(); // from one begin or end to the next
    private Map<IoreqClient, Sight> sights = Map.of(); // under the lifecycle's lock

    /**
     * Something that keeps a baton.
     *
     * @param occupation what
     * @param looks at how many looks it was still there
     */
    private record Sight(Occupation occupation, long looks) {}

    /**
     * Not begun.
     *
     * @param machine whose clients
     * @param slowNanos how long a device may take before it is reported; 0: it never is
     * @param hungNanos how long before it is given up; 0: it never is
     */
    Watchdog(LiveMachine machine, long slowNanos, long hungNanos) {
        this.machine = machine;
        this.slowNanos = slowNanos;
        this.hungNanos = hungNanos;
        long shortest = slowNanos == 0 ? hungNanos : slowNanos;
        periodNanos = Math.max(SHORTEST_PERIOD_NANOS, Math.min(shortest, LONGEST_PERIOD_NANOS));
    }

    /** The machine runs from now on. Under its lifecycle's lock. */
    void begin() {
        end();
        if (slowNanos != 0 || hungNanos != 0) {
            Object mine = watch;
            machine.later(periodNanos, () -> look(mine));
        }
    }

    /** The machine does not run any more. Under its lifecycle's lock. */
    void end() {
        watch = new Object();
        sights = Map.of();
    }

    private void look(Object mine) {
        try {
            machine.life()
                    .unlessChanging(
                            () -> {
                                if (mine == watch) {
                                    look();
                                }
                            });
        } finally {
            if (mine == watch) {
                machine.later(periodNanos, () -> look(mine));
            }
        }
    }

    private void look() {
        Map<IoreqClient, Sight> before = sights;
        Map<IoreqClient, Sight> now = new HashMap<>();
        for (IoreqClient client : machine.deviceClients()) {
            Occupation occupation = client.occupation();
            if (occupation != null) {
                Sight last = before.get(client);
                boolean same = last != null && last.occupation.equals(occupation);
                Sight sight = new Sight(occupation, same ? last.looks + 1 : 0);
                judge(client, sight);
                now.put(client, sight);
            }
        }
        sights = now;
    }

    private void judge(IoreqClient client, Sight sight) {
        Occupation occupation = sight.occupation;
        if (sight.looks == looks(slowNanos)) {
            machine.event(
                    MachineEvent.Kind.DEVICE, occupation.board().device(), report(occupation));
        }
        long limit = looks(Math.max(hungNanos, occupation.patienceNanos()));
        if (hungNanos != 0 && sight.looks >= limit) {
            machine.giveUp(client, occupation);
        }
    }

    /** How many looks make so long; -1: no number does. */
    private long looks(long nanos) {
        return nanos == 0 ? -1 : (nanos - 1) / periodNanos + 1;
    }

    private String report(Occupation occupation) {
        return "is slow: "
                + TimeUnit.NANOSECONDS.toMillis(slowNanos)
                + " ms or more in "
                + occupation.text()
                + (hungNanos == 0
                        ? ""
                        : "; counts as hung after "
                                + TimeUnit.NANOSECONDS.toMillis(
                                        Math.max(hungNanos, occupation.patienceNanos()))
                                + " ms");
    }
}
