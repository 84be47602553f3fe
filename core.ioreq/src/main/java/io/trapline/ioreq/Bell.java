package io.trapline.ioreq;

import io.trapline.device.Doorbell;
import io.trapline.device.DoorbellListener;
import io.trapline.hypervisor.Registration;
import io.trapline.hypervisor.VirtualMachine;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;

/** A doorbell: rung by the backend (ioeventfd), or by a write that became a request all the same. */
final class Bell extends Work implements Doorbell {
    private final DeviceClaim claim;
    private final long offset;
    private final int width;
    private final OptionalLong match;
    private final DoorbellListener listener; // null: it cannot be watched
    private final Runnable task;
    private final AtomicBoolean queued = new AtomicBoolean();
    private volatile boolean watching;
    private volatile Registration registration;
    private volatile Vigil vigil; // null: nobody has the time

    Bell(DeviceClaim claim, long offset, int width, OptionalLong match, Runnable task) {
        this.claim = claim;
        this.offset = offset;
        this.width = width;
        this.match = match;
        this.task = task;
        listener = null;
    }

    Bell(DeviceClaim claim, long offset, int width, OptionalLong match, DoorbellListener listener) {
        this.claim = claim;
        this.offset = offset;
        this.width = width;
        this.match = match;
        this.listener = listener;
        task = () -> listener.rung(watching);
    }

    boolean matches(long offset, int width, long value) {
        return offset == this.offset
                && width == this.width
                && (match.isEmpty() || match.getAsLong() == value);
    }

    /** Somebody rang. Under the baton. */
    void rung(IoreqClient client) {
        claim.board().contained(task, client);
    }

    void connect(VirtualMachine vm, Mapping mapping) {
        boolean watchable = listener != null && vm.doorbellsHaveThreads();
        vigil = watchable ? claim.board().host().vigil() : null;
        registration =
                vm.doorbell(mapping.type, mapping.first + offset, width, match, this::signalled);
    }

    void disconnect() {
        Registration registered = registration;
        if (registered != null) {
            registration = null;
            registered.close();
        }
    }

    /** By a thread of the backend, which then may stay and watch, unless there is nobody to be told. */
    private void signalled() {
        Vigil now = vigil;
        if (now == null || claim.board().closed() || !now.begin()) {
            ring();
            return;
        }
        watching = true;
        ring();
        try {
            watch(now);
        } catch (Throwable e) { // a plug-in's fault, of whatever kind: contained here
            claim.board().fault(e);
        } finally {
            watching = false;
            ring(); // from now on the guest has to ring again
            now.end();
        }
    }

    private void watch(Vigil now) {
        while (registration != null && !claim.board().closed() && now.goesOn()) {
            if (listener.due() && ring()) {
                now.seen();
            }
            Thread.onSpinWait();
        }
    }

    /** Runs it, or leaves it to who holds the baton; false if it is waiting for the baton already. */
    private boolean ring() {
        boolean fresh = queued.compareAndSet(false, true);
        if (fresh) {
            claim.board().bay().client().submit(this);
        }
        return fresh;
    }

    @Override
    void run(IoreqClient client) {
        IoreqClient now = claim.board().bay().client();
        if (now != client) {
            now.post(this);
            return;
        }
        queued.set(false);
        rung(client);
    }

    @Override
    public boolean exitless() {
        return registration != null;
    }

    @Override
    public void release() {
        claim.remove(this);
    }
}
