package io.trapline.kvm;

import io.trapline.linux.Barrier;
import java.lang.invoke.VarHandle;

/**
 * Where the vCPU threads of a machine stop, and where whoever stops them waits until they have.
 *
 * <p><b>Why a vCPU that counts as stopped stays stopped.</b> {@link #hold} sets {@code immediate_exit} and
 * {@link Vcpu#attention} before anybody looks at a vCPU. A vCPU counts as stopped ({@link Vcpu#stopped}) when its
 * thread has said so here, or when its request is not answered. In the second case the thread goes on only after
 * it has read COMPLETE, and then reads {@code attention}. Between the answer's store and that load the thread
 * has no fence, so that a served request costs none; {@link Barrier} makes every thread of this process pass
 * one after {@code hold}, once, before the slots are looked at. So either we see COMPLETE, and wait for the
 * thread to come here, or the thread sees {@code attention}, and comes here. Where the kernel has no such
 * barrier, {@code immediate_exit} alone keeps the thread out of the guest: KVM_RUN locks before it reads it.
 *
 * <p>Everything here is guarded by this object's monitor, which a vCPU thread takes only when it has to stop.
 */
final class Gate {
    private Vcpu[] vcpus = {};
    private boolean paused;
    private boolean dead;
    private boolean closing;

    /** Names who passes here; before any of them runs. */
    synchronized void guard(Vcpu[] passing) {
        vcpus = passing;
    }

    /** A vCPU thread has begun. */
    synchronized void begin(Vcpu vcpu) {
        vcpu.begin();
    }

    /** A vCPU will never run again. */
    synchronized void end(Vcpu vcpu) {
        vcpu.free();
        notifyAll();
    }

    /**
     * Stops the calling vCPU thread while the machine is held.
     *
     * @param busy whether it has an exit to serve still, which a reset would make it forget
     * @return false: the thread has to end
     */
    synchronized boolean pass(Vcpu vcpu, boolean busy) {
        vcpu.arrive(busy);
        notifyAll();
        boolean interrupted = false;
        while ((paused || dead) && !closing) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true; // by a device, and not meant for us
            }
        }
        vcpu.leave(closing);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return !closing;
    }

    /** Whether a vCPU's unanswered request has become nobody's. */
    synchronized boolean abandons(Vcpu vcpu) {
        return closing || vcpu.forgotten();
    }

    /** Returns when no vCPU is in the guest. */
    synchronized void pause() {
        paused = true;
        hold();
        awaitStopped();
    }

    /** Lets them go on, unless the machine is dead. */
    synchronized void resume() {
        paused = false;
        if (!dead && !closing) {
            for (Vcpu vcpu : vcpus) {
                vcpu.immediateExit(false);
            }
            notifyAll();
        }
    }

    /**
     * The machine has died of itself.
     *
     * @return false if it was dead already, or is being closed
     */
    synchronized boolean die() {
        boolean first = !dead && !closing;
        dead = true;
        hold();
        for (Vcpu vcpu : vcpus) {
            vcpu.kick();
        }
        return first;
    }

    /** Brings the machine back to life, held; every vCPU has forgotten what it was doing. */
    synchronized void reset() {
        if (!paused && !dead) {
            throw new IllegalStateException("reset of a machine that runs: pause it first");
        }
        paused = true;
        hold();
        awaitStopped();
        dead = false;
        for (Vcpu vcpu : vcpus) {
            vcpu.forget();
        }
    }

    /** Sends every vCPU thread home; they are not out yet when this returns. */
    synchronized void close() {
        closing = true;
        hold();
        for (Vcpu vcpu : vcpus) {
            vcpu.kick();
            vcpu.wake();
        }
        notifyAll();
    }

    private void hold() {
        for (Vcpu vcpu : vcpus) {
            vcpu.immediateExit(true);
            vcpu.attention();
        }
        VarHandle.fullFence();
        Barrier.everywhere();
    }

    /** Kicks until all have stopped; a kick can be lost only by a thread that then meets immediate_exit. */
    private void awaitStopped() {
        boolean interrupted = false;
        while (!kickRunning()) {
            try {
                wait(1); // a request taken meanwhile, which stops a vCPU too, tells nobody
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean kickRunning() {
        boolean all = true;
        for (Vcpu vcpu : vcpus) {
            if (!vcpu.stopped()) {
                vcpu.kick();
                all = false;
            }
        }
        return all;
    }
}
