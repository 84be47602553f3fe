package io.trapline.virtio;

import io.trapline.device.Board;
import io.trapline.device.Deferred;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * VIRTIO 1.2, §2.4 and §2.6.1: what the driver has reset while the device was not done with it. The access of the
 * driver is answered when it is: a driver may go on with its memory as soon as it has written. Nobody else waits.
 */
final class Ending {
    private final VirtioDevice device;
    private final Negotiation negotiation;
    private final Board board;
    private final boolean[] ending; // queues that the driver has reset
    private final boolean[] held; // of them, those that the device has not let go of
    private final List<Deferred> waiting = new ArrayList<>();
    private boolean all;

    Ending(VirtioDevice device, Negotiation negotiation, Board board, int queues) {
        this.device = device;
        this.negotiation = negotiation;
        this.board = board;
        ending = new boolean[queues];
        held = new boolean[queues];
    }

    /** The driver resets the device. Inside an access, whose answer waits for that. */
    void begin() {
        all = true;
        for (int i = 0; i < ending.length; i++) {
            ask(i);
        }
        settle();
        if (all) {
            answerLater();
        }
    }

    /** The driver resets one queue. */
    void begin(int queue) {
        ask(queue);
        settle();
        if (all || ending[queue]) {
            answerLater();
        }
    }

    private void ask(int index) {
        if (!ending[index]) {
            ending[index] = true;
            Virtqueue queue = negotiation.queue(index);
            held[index] = queue != null;
            if (queue != null) {
                queue.end();
                if (device.drain(queue)) {
                    held[index] = false;
                }
            }
        }
    }

    private void answerLater() {
        try {
            waiting.add(board.defer());
        } catch (IllegalStateException e) { // it is no access, there is nobody to keep waiting
            finish();
        }
    }

    /** The device has let go of a queue, as it said it would. */
    void drained(Virtqueue queue) {
        int index = queue.index();
        if (held[index] && negotiation.queue(index) == queue) {
            held[index] = false;
            board.post(this::settle); // the device is not called while it calls
        }
    }

    /** The device resets, or goes: what it holds is waited for. */
    void finish() {
        Arrays.fill(held, false);
        settle();
    }

    /** All is at power-on, whoever wanted it: who waits goes on. */
    void done() {
        all = false;
        Arrays.fill(ending, false);
        Arrays.fill(held, false);
        waiting.forEach(access -> access.complete(0));
        waiting.clear();
    }

    /** Carries out what can be. */
    private void settle() {
        if (all) {
            if (!isAny(held)) {
                negotiation.reset();
            }
            return;
        }
        for (int i = 0; i < ending.length; i++) {
            if (ending[i] && !held[i]) {
                ending[i] = false;
                negotiation.ended(i);
            }
        }
        if (!isAny(ending)) {
            done();
        }
    }

    private static boolean isAny(boolean[] of) {
        for (boolean each : of) {
            if (each) {
                return true;
            }
        }
        return false;
    }

    /** Whether the driver is resetting the device. */
    boolean ofAll() {
        return all;
    }

    /** Whether the driver is resetting this queue. */
    boolean of(int queue) {
        return ending[queue];
    }
}
