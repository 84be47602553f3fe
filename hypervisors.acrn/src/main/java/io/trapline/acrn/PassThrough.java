package io.trapline.acrn;

import io.trapline.linux.Block;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * What a User VM was given beside memory: physical functions, memory-mapped devices, and devices that the
 * hypervisor emulates. The hypervisor gives only to a VM that has not run yet, and takes back from one that is
 * paused or has not run.
 */
final class PassThrough {
    /** An ioctl with a structure that must not fail. */
    interface Call {
        void call(Ioctl ioctl, Block argument, String arguments) throws IOException;
    }

    /**
     * A call that gives, and the one that takes back, with the same structure.
     *
     * @param arguments of both, for messages
     */
    record Handover(Ioctl give, Ioctl takeBack, Block argument, String arguments) {}

    private final Call hsm;
    private final Complaints complaints;
    private final List<PassThroughFunction> functions;
    private final List<Handover> handovers;
    private final Deque<Handover> given = new ArrayDeque<>();

    /**
     * Nothing is given yet.
     *
     * @param functions physical ones, which are reset before they are given and after they were taken back
     * @param handovers in the order of giving
     */
    PassThrough(
            Call hsm,
            Complaints complaints,
            List<PassThroughFunction> functions,
            List<Handover> handovers) {
        this.hsm = hsm;
        this.complaints = complaints;
        this.functions = functions;
        this.handovers = handovers;
    }

    /** Whether there is nothing to give. */
    boolean isEmpty() {
        return handovers.isEmpty();
    }

    /** Gives all of it, or, if something is refused, nothing. */
    void give() throws IOException {
        functions.forEach(PassThroughFunction::reset);
        for (Handover handover : handovers) {
            try {
                hsm.call(handover.give(), handover.argument(), handover.arguments());
            } catch (IOException e) {
                takeBack();
                throw e;
            }
            given.push(handover);
        }
    }

    /** Takes back what was given, last first; what is refused is told to the log, and the next one taken. */
    void takeBack() {
        if (given.isEmpty()) {
            return;
        }
        while (!given.isEmpty()) {
            Handover handover = given.pop();
            try {
                hsm.call(handover.takeBack(), handover.argument(), handover.arguments());
            } catch (IOException e) {
                complaints.add(handover.takeBack(), e.getMessage());
            }
        }
        functions.forEach(PassThroughFunction::reset);
    }
}
