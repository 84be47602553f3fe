package io.trapline.ioreq;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;

/**
 * The ioreq client that answers for a bay, and its baton: taken for what is done to the device, given up with the
 * client when the device keeps it, moved when another client is to answer.
 */
final class BayBaton {
    private final LiveMachine machine;
    private final Bay bay;
    private volatile IoreqClient client; // null: nothing was ever plugged in

    /** Nobody's yet. */
    BayBaton(LiveMachine machine, Bay bay) {
        this.machine = machine;
        this.bay = bay;
    }

    IoreqClient client() {
        return client;
    }

    /**
     * Runs a task under the baton. A device that keeps the baton is taken out; if it is another one of the same
     * client, the task is run after all. Who has it for what may take longer keeps it for as long as that.
     *
     * @param of whose code it is
     * @param patienceNanos how long it may take
     * @throws TimeoutException if this device hangs: the client has been replaced
     */
    <T> T run(DeviceBoard of, Callable<T> task, long patienceNanos) throws Exception {
        IoreqClient now = client;
        try {
            return now.call(of, task, patienceNanos);
        } catch (Call.Busy e) {
            Occupation seen = now.occupation();
            if (seen != null && seen.patienceNanos() > patienceNanos) {
                return run(of, task, seen.patienceNanos());
            }
            DeviceBoard culprit = machine.giveUp(now);
            if (culprit != null && culprit.bay() == bay) {
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
    static void refuseOnceGivenUp(DeviceBoard serving) throws GivenUp {
        if (serving.closed()) {
            throw new GivenUp();
        }
    }

    /** The device hangs, and somebody has found that out already: its client is fine. */
    static final class GivenUp extends TimeoutException {
        private static final long serialVersionUID = 1;

        GivenUp() {
            super("it kept its ioreq client, which was given up");
        }
    }

    /**
     * Has another client answer, from the next request on.
     *
     * @throws IllegalStateException if the baton was not to be had
     */
    void move(IoreqClient next) {
        try {
            client.call(
                    bay.board(),
                    () -> {
                        join(next);
                        return null;
                    },
                    machine.patience().batonNanos());
        } catch (Exception e) {
            throw new IllegalStateException(
                    "device "
                            + bay.name()
                            + " was not moved to client "
                            + next.name()
                            + ": "
                            + e.getMessage(),
                    e);
        }
    }

    /** Another client answers from now on: the heir, should that have been given up meanwhile. */
    void join(IoreqClient next) {
        IoreqClient present = next;
        do {
            answer(present);
            present = machine.client(present.name());
        } while (present != client);
    }

    /** The client of a bay that has no device yet. */
    void begin(IoreqClient next) {
        client = next;
    }

    /** The client that answered for it is replaced: another device of it hangs, not this one. */
    void leave(IoreqClient hung, IoreqClient fresh) {
        if (client == hung) {
            answer(fresh);
        }
    }

    private void answer(IoreqClient next) {
        client = next;
        DeviceBoard board = bay.board();
        if (board != null) { // else its first device is about to be plugged in
            board.holdings().client(next);
        }
    }
}
