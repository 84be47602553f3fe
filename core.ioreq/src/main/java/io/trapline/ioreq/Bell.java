package io.trapline.ioreq;

import io.trapline.device.Doorbell;
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
    private final Runnable task;
    private final AtomicBoolean queued = new AtomicBoolean();
    private Registration registration;

    Bell(DeviceClaim claim, long offset, int width, OptionalLong match, Runnable task) {
        this.claim = claim;
        this.offset = offset;
        this.width = width;
        this.match = match;
        this.task = task;
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
        registration =
                vm.doorbell(mapping.type, mapping.first + offset, width, match, this::signalled);
    }

    void disconnect() {
        if (registration != null) {
            registration.close();
            registration = null;
        }
    }

    /** By a thread of the backend: runs it, or leaves it to who holds the baton. */
    private void signalled() {
        if (queued.compareAndSet(false, true)) {
            claim.board().bay().client().submit(this);
        }
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
        disconnect();
        claim.remove(this);
    }
}
