package io.trapline.ioreq;

import io.trapline.device.DeviceState;
import io.trapline.machine.DeviceRow;
import io.trapline.machine.DeviceRow.State;
import io.trapline.machine.InspectedNode;
import io.trapline.machine.MachineEvent;
import io.trapline.machine.PciRow;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The place of one named device in a machine, whatever is plugged into it: installs it, holds its requests
 * while a successor comes, hands the state over, takes it out.
 *
 * <p>What administrators and bundles do to a bay is one at a time, under {@code lifecycle}; the device itself
 * is touched under the baton of {@code client} only.
 */
final class Bay {
    /** More faults than this within {@link #FAULT_WINDOW_NANOS} and the device is quarantined. */
    private static final int FAULT_LIMIT = 100;

    private static final long FAULT_WINDOW_NANOS = 1_000_000_000L;

    private final LiveMachine machine;
    private final String name;
    private final ReentrantLock lifecycle = new ReentrantLock();
    private final Map<Integer, Line> lines = new ConcurrentHashMap<>();
    private final Deque<Plug> rivals =
            new ArrayDeque<>(); // of the same name, waiting; under lifecycle

    private volatile IoreqClient client;
    private volatile DeviceBoard
            board; // of the current device, or of the one whose successor is awaited
    private volatile Plug plug; // the current or the last
    private volatile State state = State.DETACHED;
    private volatile String detail = "";
    private DeviceState saved; // HOLDING; null: it could not be saved
    private long holds; // tells an old deadline from the current one

    // Under the baton.
    private final Deque<Request> held = new ArrayDeque<>();

    private long swaps; // under lifecycle
    private long pastRequests; // under the baton

    private final Object faultLock = new Object();
    private long faults;
    private long windowStart;
    private int windowFaults;

    Bay(LiveMachine machine, String name) {
        this.machine = machine;
        this.name = name;
    }

    String name() {
        return name;
    }

    IoreqClient client() {
        return client;
    }

    State state() {
        return state;
    }

    /** A device has come: it is installed, or takes over from the one it succeeds, or waits for its turn. */
    void plug(Plug next) {
        lifecycle.lock();
        try {
            switch (state) {
                case HOLDING -> takeOver(next);
                case SERVING, INSTALLED -> {
                    rivals.add(next);
                    machine.event(
                            MachineEvent.Kind.DEVICE,
                            name,
                            "is served by "
                                    + board.owner()
                                    + "; "
                                    + next.bundle()
                                    + " "
                                    + next.version()
                                    + " waits to succeed it");
                }
                case REFUSED, DETACHED, QUARANTINED -> install(next);
            }
        } finally {
            lifecycle.unlock();
        }
    }

    private void install(Plug next) {
        plug = next;
        DeviceBoard fresh = new DeviceBoard(machine, this, next, null);
        board = fresh;
        state(State.INSTALLED, "");
        try {
            join(machine.client(next.client()));
            underBaton(
                    fresh,
                    () -> {
                        next.device().install(fresh);
                        fresh.powerOn();
                        next.device().reset();
                        fresh.publish();
                        machine.slots().arrived(fresh.places());
                        return null;
                    },
                    machine.patience().installNanos());
            state(State.SERVING, "");
        } catch (Exception | Error e) {
            fresh.close();
            cutLines();
            state(State.REFUSED, reason("install", e));
        }
    }

    /** The successor of a device whose requests are held: its claims and its state, or nothing changes. */
    private void takeOver(Plug next) {
        Plug previous = plug;
        DeviceBoard old = board;
        DeviceBoard fresh = new DeviceBoard(machine, this, next, old);
        holds++;
        try {
            underBaton(
                    fresh,
                    () -> {
                        lines.values().forEach(Line::latch);
                        next.device().install(fresh);
                        if (saved == null) {
                            fresh.powerOn();
                            next.device().reset();
                        } else {
                            fresh.adopt();
                            next.device().restore(saved);
                        }
                        fresh.publish();
                        plug = next;
                        board = fresh;
                        pastRequests += old.requests();
                        dropLinesNotIn(fresh);
                        fresh.ringAll(client);
                        release();
                        return null;
                    },
                    machine.patience().installNanos());
            swaps++;
            saved = null;
            state(State.SERVING, "");
            machine.later(machine.holdLimitNanos(), () -> machine.dispatcher().answerDeferred(old));
        } catch (Exception | Error e) {
            fresh.close();
            plug = next;
            detach(State.REFUSED, reason("the swap", e));
            return;
        }
        boolean configuredAnew = !next.client().equals(previous.client());
        if (configuredAnew) { // else an administrator's choice stays
            map(machine.client(next.client()));
        }
    }

    private static String reason(String what, Throwable e) {
        boolean plain =
                e.getClass() == IllegalArgumentException.class || e instanceof TimeoutException;
        return what + " failed: " + (plain && e.getMessage() != null ? e.getMessage() : text(e));
    }

    /** A device is going: its requests are held until a successor comes, or the hold runs out. */
    void unplug(Plug leaving) {
        lifecycle.lock();
        try {
            if (leaving != plug) {
                rivals.remove(leaving);
                return;
            }
            if (state == State.SERVING && board.closed()) {
                hangs(board);
            } else if (state == State.SERVING) {
                hold();
            } else if (state != State.HOLDING) {
                state(State.DETACHED, "removed");
            }
            Plug successor = rivals.poll();
            if (successor != null) {
                plug(successor);
            }
        } finally {
            lifecycle.unlock();
        }
    }

    private void hold() {
        DeviceBoard leaving = board;
        try {
            saved =
                    underBaton(
                            leaving,
                            () -> {
                                refuseOnceGivenUp(leaving);
                                leaving.hold();
                                try {
                                    return plug.device().save();
                                } finally {
                                    leaving.silence();
                                }
                            },
                            machine.patience().batonNanos());
        } catch (TimeoutException e) {
            hung("hung while it was to be taken out: " + e.getMessage());
            return;
        } catch (Exception | Error e) {
            saved = null;
            fault(leaving, e);
        }
        state(State.HOLDING, "waits for a successor");
        long mine = ++holds;
        machine.later(machine.holdLimitNanos(), () -> holdRanOut(mine));
    }

    private void holdRanOut(long mine) {
        lifecycle.lock();
        try {
            if (state == State.HOLDING && holds == mine) {
                detach(State.DETACHED, "no successor came in time");
            }
        } finally {
            lifecycle.unlock();
        }
    }

    /** The bundle that it came from is gone for good: nobody is waited for. True if the bay is empty. */
    boolean bundleGone(long bundleId) {
        lifecycle.lock();
        try {
            if (plug == null || plug.bundleId() != bundleId) {
                return false;
            }
            if (state == State.HOLDING) {
                detach(State.DETACHED, "its bundle was uninstalled");
            }
            return state == State.DETACHED;
        } finally {
            lifecycle.unlock();
        }
    }

    /** Takes the device out: claims, lines, timers, doorbells; what waits for it is answered by others. */
    private void detach(State next, String why) {
        holds++;
        saved = null;
        DeviceBoard leaving = board;
        try {
            underBaton(
                    leaving,
                    () -> {
                        leaving.close();
                        release();
                        return null;
                    },
                    machine.patience().batonNanos());
        } catch (Exception | Error e) { // its own code hangs: it has been given up
            leaving.close();
            client.post(
                    new Call<>(
                            null,
                            () -> {
                                release();
                                return null;
                            },
                            Patience.FOR_EVER));
        }
        cutLines();
        state(next, why);
    }

    /**
     * Runs a task under the baton. A device that keeps the baton is taken out; if it is another one of the same
     * client, the task is run after all.
     *
     * @param of whose code it is
     * @throws TimeoutException if this device hangs: the client has been replaced
     */
    private <T> T underBaton(DeviceBoard of, Callable<T> task, long patienceNanos)
            throws Exception {
        IoreqClient now = client;
        try {
            return now.call(of, task, patienceNanos);
        } catch (Call.Busy e) {
            DeviceBoard culprit = machine.giveUp(now);
            if (culprit != null && culprit.bay() == this) {
                throw e;
            }
            return client.call(of, task, patienceNanos);
        } catch (GivenUp e) {
            throw e;
        } catch (TimeoutException e) {
            machine.giveUp(now);
            throw e;
        }
    }

    /** The call may have waited at a client that was given up because of this very device. */
    private static void refuseOnceGivenUp(DeviceBoard serving) throws GivenUp {
        if (serving.closed()) {
            throw new GivenUp();
        }
    }

    /** The device hangs, and somebody has found that out already: its client is fine. */
    private static final class GivenUp extends TimeoutException {
        private static final long serialVersionUID = 1;

        GivenUp() {
            super("it kept its ioreq client, which was given up");
        }
    }

    /** A device was found to hang, and its client has an heir: unless that is known here, it is now. */
    void hangs(DeviceBoard culprit) {
        lifecycle.lock();
        try {
            if (board == culprit && state == State.SERVING) {
                hung("hung, and kept its ioreq client from others");
            }
        } finally {
            lifecycle.unlock();
        }
    }

    /** The device does not come back from a call: everything else goes on without it. */
    private void hung(String why) {
        holds++;
        saved = null;
        board.close();
        cutLines();
        state(State.QUARANTINED, why);
    }

    /** Sends the requests that were held on their way again, in order. Under the baton. */
    private void release() {
        for (Request request = held.poll(); request != null; request = held.poll()) {
            machine.dispatcher().reroute(request);
        }
    }

    /** A request waits for the successor. Under the baton. */
    void hold(Request request) {
        held.add(request);
    }

    /** Throws away what is held: the machine is being reset. */
    private void dropHeld() {
        held.clear();
    }

    /** The line of that number; the same object for every device that is ever plugged in here. */
    Line line(int gsi) {
        return lines.computeIfAbsent(gsi, n -> new Line(machine.pins(), n));
    }

    private void dropLinesNotIn(DeviceBoard fresh) {
        lines.values()
                .removeIf(
                        line -> {
                            boolean unused = !fresh.lines().contains(line);
                            if (unused) {
                                machine.pins().cut(line);
                            } else {
                                line.unlatch();
                            }
                            return unused;
                        });
    }

    private void cutLines() {
        lines.values().forEach(machine.pins()::cut);
        lines.clear();
    }

    /** Something that the device did threw. From any thread. */
    void fault(DeviceBoard of, Throwable thrown) {
        long count;
        boolean tooMany;
        synchronized (faultLock) {
            count = ++faults;
            long now = System.nanoTime();
            if (now - windowStart > FAULT_WINDOW_NANOS) {
                windowStart = now;
                windowFaults = 0;
            }
            tooMany = ++windowFaults == FAULT_LIMIT;
        }
        if (Long.bitCount(count) == 1) {
            machine.event(MachineEvent.Kind.FAULT, name, "fault " + count + ": " + trace(thrown));
        }
        if (tooMany) {
            machine.workers().execute(() -> quarantine(of));
        }
    }

    private static String trace(Throwable thrown) {
        StackTraceElement[] frames = thrown.getStackTrace();
        return text(thrown) + (frames.length == 0 ? "" : " at " + frames[0]);
    }

    /** What it says; its class, should that throw too: it is a plug-in's. */
    private static String text(Throwable thrown) {
        try {
            return String.valueOf(thrown.toString());
        } catch (RuntimeException | Error e) {
            return thrown.getClass().getName();
        }
    }

    private void quarantine(DeviceBoard faulty) {
        lifecycle.lock();
        try {
            if (board == faulty && state == State.SERVING) {
                detach(State.QUARANTINED, "more than " + FAULT_LIMIT + " faults within a second");
            }
        } finally {
            lifecycle.unlock();
        }
    }

    /** Has another client answer, from the next request on. */
    void map(IoreqClient next) {
        lifecycle.lock();
        try {
            IoreqClient old = client;
            if (old == null || old == next) {
                client = next;
                return;
            }
            DeviceBoard now = board;
            try {
                old.call(
                        now,
                        () -> {
                            join(next);
                            return null;
                        },
                        machine.patience().batonNanos());
            } catch (Exception e) {
                throw new IllegalStateException(
                        "device "
                                + name
                                + " was not moved to client "
                                + next.name()
                                + ": "
                                + e.getMessage(),
                        e);
            }
            machine.event(MachineEvent.Kind.CLIENT, name, "is answered by " + next.name());
        } finally {
            lifecycle.unlock();
        }
    }

    /** Another client answers from now on: the heir, should that have been given up meanwhile. */
    private void join(IoreqClient next) {
        IoreqClient present = next;
        do {
            client = present;
            board.client(present);
            present = machine.client(present.name());
        } while (present != client);
    }

    /** The client that answered for it is replaced: another device of it hangs, not this one. */
    void leave(IoreqClient hung, IoreqClient fresh) {
        if (client == hung) {
            client = fresh;
            board.client(fresh);
        }
    }

    /** Power-on, while the machine is paused. */
    void reset() {
        lifecycle.lock();
        try {
            if (state == State.SERVING || state == State.HOLDING) {
                underBaton(
                        board,
                        () -> {
                            dropHeld();
                            if (state == State.SERVING) {
                                refuseOnceGivenUp(board);
                                board.powerOn();
                                plug.device().reset();
                            } else {
                                saved = null;
                            }
                            return null;
                        },
                        machine.patience().batonNanos());
            }
        } catch (TimeoutException e) {
            hung("hung while the machine was reset: " + e.getMessage());
        } catch (Exception | Error e) {
            fault(board, e);
        } finally {
            lifecycle.unlock();
        }
    }

    /** The machine ends. */
    void close() {
        lifecycle.lock();
        try {
            rivals.clear();
            if (state == State.SERVING || state == State.HOLDING) {
                detach(State.DETACHED, "the machine has ended");
            }
        } finally {
            lifecycle.unlock();
        }
    }

    InspectedNode inspect() {
        if (state != State.SERVING) {
            throw new IllegalStateException(
                    "device " + name + " is " + state + ": there is nothing to see");
        }
        InspectionTree tree = new InspectionTree(name);
        try {
            client.call(
                    board,
                    () -> {
                        refuseOnceGivenUp(board);
                        plug.device().inspect(tree);
                        board.inspectPci(tree);
                        return null;
                    },
                    machine.patience().batonNanos());
        } catch (Exception e) {
            throw new IllegalStateException(
                    "device " + name + " did not show itself: " + text(e), e);
        }
        return tree.node();
    }

    private void state(State next, String why) {
        state = next;
        detail = why;
        machine.event(
                MachineEvent.Kind.DEVICE,
                name,
                next
                        + " "
                        + plug.bundle()
                        + " "
                        + plug.version()
                        + (why.isEmpty() ? "" : ": " + why));
    }

    List<DeviceClaim> claims() {
        DeviceBoard now = board;
        return now != null && now.published() ? now.claims() : List.of();
    }

    /** Whether its device has functions on the PCI bus. */
    boolean isOnPci() {
        DeviceBoard now = board;
        return now != null && now.published() && now.hasEndpoints();
    }

    /** The device numbers that it has on PCI bus 0, a bit for each. */
    int places() {
        DeviceBoard now = board;
        return now != null && now.published() ? now.places() : 0;
    }

    /** Its functions on the PCI bus, a row each. */
    List<PciRow> pciRows() {
        DeviceBoard now = board;
        return now != null && now.published() ? now.pciRows() : List.of();
    }

    /** A place has become free that its device may wait for. */
    void placeFreed() {
        DeviceBoard now = board;
        if (now != null) {
            now.placeFreed();
        }
    }

    /** An administrator, or the guest, wants it out; its service stays, and may be plugged in again. */
    void eject(String why) {
        lifecycle.lock();
        try {
            if (state == State.SERVING || state == State.HOLDING) {
                detach(State.DETACHED, why);
            }
        } finally {
            lifecycle.unlock();
        }
    }

    /** What it is and how; with a remark if there is nothing else to say. */
    DeviceRow row(String remark) {
        Plug now = plug;
        DeviceBoard of = board;
        boolean installed = of != null && of.published();
        return new DeviceRow(
                name,
                state,
                client == null ? "" : client.name(),
                now == null ? "" : now.bundle(),
                now == null ? "" : now.version(),
                installed ? of.claimsText() : "",
                pastRequests + (installed ? of.requests() : 0),
                faults,
                swaps,
                detail.isEmpty() ? remark : detail);
    }
}
