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
    private final LiveMachine machine;
    private final String name;
    private final ReentrantLock lifecycle = new ReentrantLock();
    private final Deque<Plug> rivals =
            new ArrayDeque<>(); // waiting, of the same name; under lifecycle
    private final BayBaton baton;
    private final BayLines lines;
    private final HeldRequests held;
    private final Faults faults;

    private volatile DeviceBoard board; // of the current device, or whose successor is awaited
    private volatile Plug plug; // the current or the last
    private volatile State state = State.DETACHED;
    private volatile String detail = "";
    private boolean serviceGone; // of the device that is or was plugged in; under lifecycle
    private boolean dropped; // not of this machine any more; under lifecycle
    private DeviceState saved; // HOLDING; null: it could not be saved
    private long holds; // tells an old deadline from the current one

    private long swaps; // under lifecycle
    private long pastRequests; // under the baton

    Bay(LiveMachine machine, String name) {
        this.machine = machine;
        this.name = name;
        baton = new BayBaton(machine, this);
        lines = new BayLines(machine.pins());
        held = new HeldRequests(machine.dispatcher());
        faults = new Faults(machine, name);
    }

    String name() {
        return name;
    }

    IoreqClient client() {
        return baton.client();
    }

    /** Of its current device, or of the one whose successor is awaited; null: nothing was ever plugged in. */
    DeviceBoard board() {
        return board;
    }

    State state() {
        return state;
    }

    /**
     * A device has come: it is installed, or takes over from the one it succeeds, or waits for its turn.
     *
     * @return whether this bay is still the machine's; false: it has just been dropped, and nothing was done
     */
    boolean plug(Plug next) {
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
                case REFUSED, DETACHED, QUARANTINED -> {
                    if (dropped) {
                        return false;
                    }
                    install(next);
                }
            }
            return true;
        } finally {
            lifecycle.unlock();
        }
    }

    private void install(Plug next) {
        String lost =
                state == State.QUARANTINED
                        ? "began afresh, without the state of "
                                + plug.bundle()
                                + " "
                                + plug.version()
                                + ": "
                                + detail
                        : "";
        plug = next;
        serviceGone = false;
        DeviceBoard fresh = new DeviceBoard(machine, this, next, null);
        board = fresh;
        state(State.INSTALLED, "");
        try {
            baton.join(machine.client(next.client()));
            baton.run(
                    fresh,
                    () -> {
                        next.device().install(fresh);
                        fresh.functions().powerOn();
                        next.device().reset();
                        fresh.publish();
                        return null;
                    },
                    machine.patience().installNanos());
            state(State.SERVING, lost);
        } catch (Exception | Error e) {
            fresh.close();
            lines.cut();
            state(State.REFUSED, reason("install", e));
        }
    }

    /** The successor of a device whose requests are held: its claims and its state, or nothing changes. */
    private void takeOver(Plug next) {
        Plug previous = plug;
        DeviceBoard old = board;
        DeviceBoard fresh = new DeviceBoard(machine, this, next, old);
        holds++;
        serviceGone = false;
        try {
            baton.run(
                    fresh,
                    () -> {
                        lines.latch();
                        next.device().install(fresh);
                        if (saved == null) {
                            fresh.functions().powerOn();
                            next.device().reset();
                        } else {
                            fresh.functions().adopt();
                            next.device().restore(saved);
                        }
                        fresh.publish();
                        plug = next;
                        board = fresh;
                        pastRequests += old.holdings().requests();
                        lines.keepThoseOf(fresh);
                        fresh.holdings().ringAll(baton.client());
                        held.release();
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
        return what
                + " failed: "
                + (plain && e.getMessage() != null ? e.getMessage() : Faults.text(e));
    }

    /** A device is going: its requests are held until a successor comes, or the hold runs out. */
    void unplug(Plug leaving) {
        lifecycle.lock();
        try {
            if (leaving != plug) {
                rivals.remove(leaving);
                return;
            }
            serviceGone = true;
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
            dropIfEmpty();
        } finally {
            lifecycle.unlock();
        }
    }

    private void hold() {
        DeviceBoard leaving = board;
        try {
            saved =
                    baton.run(
                            leaving,
                            () -> {
                                BayBaton.refuseOnceGivenUp(leaving);
                                leaving.holdings().hold();
                                try {
                                    return plug.device().save();
                                } finally {
                                    leaving.silence();
                                }
                            },
                            machine.patience().stateNanos());
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
                dropIfEmpty();
            }
        } finally {
            lifecycle.unlock();
        }
    }

    /** The bundle that it came from is gone for good: nobody is waited for. */
    void bundleGone(long bundleId) {
        lifecycle.lock();
        try {
            if (plug != null && plug.bundleId() == bundleId && serviceGone) {
                clear("its bundle was uninstalled");
            }
        } finally {
            lifecycle.unlock();
        }
    }

    /** The device is to be out, and with its service gone there is nothing to be said of it any more. */
    private void clear(String why) {
        if (state == State.SERVING || state == State.HOLDING) {
            detach(State.DETACHED, why);
        } else if (state == State.QUARANTINED && serviceGone) {
            state(State.DETACHED, why);
        }
        dropIfEmpty();
    }

    /** Without a service that is or waits to be plugged in: nothing of it is left, nor of its ioreq client. */
    private void dropIfEmpty() {
        if (state == State.DETACHED && serviceGone && rivals.isEmpty() && !dropped) {
            dropped = true;
            machine.dropped(this);
        }
    }

    /** Takes the device out: claims, lines, timers, doorbells; what waits for it is answered by others. */
    private void detach(State next, String why) {
        holds++;
        saved = null;
        DeviceBoard leaving = board;
        try {
            baton.run(
                    leaving,
                    () -> {
                        leaving.close();
                        held.release();
                        return null;
                    },
                    machine.patience().batonNanos());
        } catch (Exception | Error e) { // its own code hangs: it has been given up
            leaving.close();
            baton.client()
                    .post(
                            new Call<>(
                                    null,
                                    () -> {
                                        held.release();
                                        return null;
                                    },
                                    Patience.FOR_EVER));
        }
        lines.cut();
        state(next, why);
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
        lines.cut();
        state(State.QUARANTINED, why);
    }

    /** A request waits for the successor. Under the baton. */
    void hold(Request request) {
        held.add(request);
    }

    /** The line of that number; the same object for every device that is ever plugged in here. */
    Line line(int gsi) {
        return lines.line(gsi);
    }

    /** Something that the device did threw. From any thread. */
    void fault(DeviceBoard of, Throwable thrown) {
        if (faults.add(thrown)) {
            machine.workers().execute(() -> quarantine(of));
        }
    }

    private void quarantine(DeviceBoard faulty) {
        lifecycle.lock();
        try {
            if (board == faulty && state == State.SERVING) {
                detach(State.QUARANTINED, "more than " + Faults.LIMIT + " faults within a second");
            }
        } finally {
            lifecycle.unlock();
        }
    }

    /** Has another client answer, from the next request on. */
    void map(IoreqClient next) {
        lifecycle.lock();
        try {
            IoreqClient old = baton.client();
            if (old == null || old == next) {
                baton.begin(next);
                return;
            }
            baton.move(next);
            machine.event(MachineEvent.Kind.CLIENT, name, "is answered by " + next.name());
        } finally {
            lifecycle.unlock();
        }
    }

    /** The client that answered for it is replaced: another device of it hangs, not this one. */
    void leave(IoreqClient hung, IoreqClient fresh) {
        baton.leave(hung, fresh);
    }

    /** Power-on, while the machine is paused. */
    void reset() {
        lifecycle.lock();
        try {
            if (state == State.SERVING || state == State.HOLDING) {
                baton.run(
                        board,
                        () -> {
                            held.drop();
                            if (state == State.SERVING) {
                                BayBaton.refuseOnceGivenUp(board);
                                board.functions().powerOn();
                                plug.device().reset();
                            } else {
                                saved = null;
                            }
                            return null;
                        },
                        machine.patience().stateNanos());
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
            baton.client()
                    .call(
                            board,
                            () -> {
                                BayBaton.refuseOnceGivenUp(board);
                                plug.device().inspect(tree);
                                board.functions().inspect(tree);
                                return null;
                            },
                            machine.patience().batonNanos());
        } catch (Exception e) {
            throw new IllegalStateException(
                    "device " + name + " did not show itself: " + Faults.text(e), e);
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

    /** The board of the device that is installed; null: none is. */
    private DeviceBoard installed() {
        DeviceBoard now = board;
        return now != null && now.published() ? now : null;
    }

    List<DeviceClaim> claims() {
        DeviceBoard now = installed();
        return now == null ? List.of() : now.holdings().claims();
    }

    /** Whether an ioreq client answers for it. */
    boolean needsClient() {
        return switch (state) {
            case INSTALLED, SERVING, HOLDING -> true;
            case REFUSED, DETACHED, QUARANTINED -> false;
        };
    }

    /** Whether its device has functions on the PCI bus. */
    boolean isOnPci() {
        DeviceBoard now = installed();
        return now != null && now.functions().any();
    }

    /** The device numbers that it has on PCI bus 0, a bit for each. */
    int places() {
        DeviceBoard now = installed();
        return now == null ? 0 : now.functions().places();
    }

    /** Its functions on the PCI bus, a row each. */
    List<PciRow> pciRows() {
        DeviceBoard now = installed();
        return now == null ? List.of() : now.functions().rows();
    }

    /** A place has become free that its device may wait for. */
    void placeFreed() {
        DeviceBoard now = board;
        if (now != null) {
            now.functions().placeFreed();
        }
    }

    /** An administrator, or the guest, wants it out; its service stays, and may be plugged in again. */
    void eject(String why) {
        lifecycle.lock();
        try {
            clear(why);
        } finally {
            lifecycle.unlock();
        }
    }

    /** What it is and how; with a remark that is more urgent than what else there is to say. */
    DeviceRow row(String remark) {
        Plug now = plug;
        DeviceBoard of = installed();
        IoreqClient client = baton.client();
        return new DeviceRow(
                name,
                state,
                client == null ? "" : client.name(),
                now == null ? "" : now.bundle(),
                now == null ? "" : now.version(),
                of == null ? "" : of.holdings().text(),
                pastRequests + (of == null ? 0 : of.holdings().requests()),
                faults.count(),
                swaps,
                remark.isEmpty() ? detail : remark);
    }
}
