package io.trapline.virtioblk;

import io.trapline.device.Inspector;
import io.trapline.virtio.VirtioPort;
import io.trapline.virtio.Virtqueue;
import io.trapline.virtioblk.BlockRegister.Status;
import java.util.concurrent.Executor;

/**
 * The requests of one installation: taken from the rings, performed at once or by workers, given back. A disk that is
 * installed anew begins with another one, so that a worker that comes late finds what was its own, in a machine that is
 * gone. Under the baton, but for {@link #performed}.
 */
final class Traffic {
    private final BlockDevice device;
    private final VirtioPort port;
    private final Image image;
    private final Executor workers;
    private final HostSpeed speed;
    private final Throttle throttle;
    private final Complaints complaints;
    private final boolean[] waiting; // queues that may have more than could be taken
    private final Finished finished = new Finished();
    private final Runnable reap = this::reap;
    private final Request[] pool;
    private final int[] inFlight; // of each queue, with workers and not forgotten
    private final Virtqueue[]
            ending; // those that are to be told of when nothing of them is in flight; null: none
    private final int most; // requests that are taken in one go
    private Request free;
    private int lent; // to workers
    private int evaded; // of those, because the host is slow
    private int turn; // the queue that was served last, of those that wait
    private long requests;
    private long atOnce;
    private long errors;

    /**
     * Nothing yet.
     *
     * @param device whose
     * @param port what it has of its machine
     * @param workers perform requests side by side
     * @param speed of the image's host
     * @param complaints take what the host refuses
     */
    Traffic(
            BlockDevice device,
            VirtioPort port,
            Executor workers,
            HostSpeed speed,
            Complaints complaints) {
        this.device = device;
        this.port = port;
        image = device.image();
        this.workers = workers;
        this.speed = speed;
        this.complaints = complaints;
        Settings settings = device.settings();
        most = settings.queueSize();
        waiting = new boolean[settings.queues()];
        inFlight = new int[settings.queues()];
        ending = new Virtqueue[settings.queues()];
        pool = new Request[settings.depth()];
        throttle = new Throttle(port.board().timers(), this::goOn);
        for (int i = 0; i < pool.length; i++) {
            pool[i] = new Request(this, image, port.board().memory(), settings.mostSegments());
            recycle(pool[i]);
        }
    }

    /** Other limits of its rate. From any thread. */
    void limitsChanged() {
        port.board()
                .post(
                        () -> {
                            throttle.limits(device.limits());
                            goOn();
                        });
    }

    Throttle throttle() {
        return throttle;
    }

    // ---- Taken

    /**
     * What the driver has made available, and what it adds meanwhile. As much as the queue holds, in one go: a driver
     * that adds all the time does not keep the baton, and hears of what is done.
     */
    void available(Virtqueue queue) {
        queue.quiet();
        int left = queue.size();
        boolean more;
        do {
            more = mayTake();
            while (more && takeOne(queue)) {
                more = --left > 0 && mayTake();
            }
        } while (more && queue.listen());
        waiting[queue.index()] = !more;
        queue.flush();
        if (left == 0) {
            port.board().post(reap);
        }
    }

    private boolean mayTake() {
        return free != null && (evaded == 0 || !speed.isTrialDue()) && throttle.admits();
    }

    private boolean takeOne(Virtqueue queue) {
        Request request = free;
        if (!queue.next(request.chain)) {
            return false;
        }
        free = request.next;
        requests++;
        request.queue = queue;
        if (!request.decode()) {
            recycle(request);
            port.broken("a request without a header, or without room for its status");
            return false;
        }
        boolean work = request.check(device.shape(), device.negotiated(), device.writeThrough());
        throttle.spend(request.cost());
        if (!work) {
            finish(request);
            return true;
        }
        request.gather();
        if (performedAtOnce(request)) {
            atOnce++;
            finish(request);
        } else {
            leaveToWorkers(request);
        }
        return true;
    }

    private void leaveToWorkers(Request request) {
        lent++;
        inFlight[request.queue.index()]++;
        try {
            workers.execute(request);
        } catch (Throwable e) { // no more threads, no more memory
            cameBack(request);
            request.refused(e);
            finish(request);
        }
    }

    // ---- Performed

    /** Whatever is with workers is overtaken: a driver that wants an order waits. */
    private boolean performedAtOnce(Request request) {
        if (image.isInstant()) {
            request.perform();
            return true;
        } else if (!request.isShort()) {
            return false;
        } else if (request.reads() && image.tellsWhatIsAtHand()) {
            return request.performAtHand();
        } else if (!speed.takeNext()) {
            request.evaded = true;
            evaded++;
            return false;
        }
        long before = speed.now();
        request.perform();
        speed.note(speed.now() - before, request.length());
        return true;
    }

    /** Whether the disk is gone: what has not begun does not begin any more. From any thread. */
    boolean isClosed() {
        return device.isClosed();
    }

    /** A worker has done it. From any thread. */
    void performed(Request request) {
        if (finished.add(request)) {
            port.board().post(reap);
        }
    }

    // ---- Given back

    private void finish(Request request) {
        if (request.status() != Status.OK) {
            errors++;
            String refusal = request.refusal();
            if (refusal != null) {
                complaints.add(refusal);
            }
        }
        request.giveBack();
        recycle(request);
    }

    private void recycle(Request request) {
        request.queue = null;
        request.next = free;
        free = request;
    }

    /** Gives back what workers have done. */
    private void reap() {
        giveBackPerformed();
        for (int i = 0; i < ending.length; i++) {
            Virtqueue queue = ending[i];
            if (queue != null && inFlight[i] == 0) {
                ending[i] = null;
                port.drained(queue);
            }
        }
        goOn();
    }

    /** Takes what had to wait, one of each queue in turn, and tells the driver of all that was given back. */
    private void goOn() {
        int left = most;
        for (int idle = 0; idle < waiting.length && left > 0 && mayTake(); ) {
            turn = (turn + 1) % waiting.length;
            Virtqueue queue = waiting[turn] ? port.queue(turn) : null;
            if (queue != null && (takeOne(queue) || queue.listen())) {
                idle = 0;
                left--;
            } else {
                waiting[turn] = false;
                idle++;
            }
        }
        for (int i = 0; i < waiting.length; i++) {
            Virtqueue queue = port.queue(i);
            if (queue != null) {
                queue.flush();
            }
        }
        if (left == 0) {
            port.board().post(reap);
        }
    }

    private void giveBackPerformed() {
        Request request = finished.takeAll();
        while (request != null) {
            Request next = request.next;
            boolean forgotten = request.isAbandoned();
            cameBack(request);
            if (forgotten) {
                recycle(request);
            } else {
                finish(request);
            }
            request = next;
        }
    }

    private void cameBack(Request request) {
        lent--;
        if (request.queue != null) {
            inFlight[request.queue.index()]--;
        }
        if (request.evaded) {
            request.evaded = false;
            evaded--;
        }
    }

    // ---- The end of a queue

    /** The driver will not hear of what is in flight; whether nothing of it touches the guest's memory any more. */
    boolean drain(Virtqueue queue) {
        int index = queue.index();
        abandon(queue);
        giveBackPerformed();
        ending[index] = inFlight[index] == 0 ? null : queue;
        return inFlight[index] == 0;
    }

    /** What is with workers is waited for: it reads and writes the guest's memory. */
    void stop(Virtqueue queue, boolean giveBack) {
        int index = queue.index();
        if (!giveBack) {
            abandon(queue);
        }
        finished.await(
                () -> {
                    giveBackPerformed();
                    return inFlight[index];
                });
        waiting[index] = false;
        ending[index] = null;
        if (giveBack) {
            queue.flush();
        }
        port.board().post(reap); // the drivers of other queues are told of theirs
    }

    private void abandon(Virtqueue queue) {
        waiting[queue.index()] = false;
        for (Request request : pool) {
            if (request.queue == queue && request.abandon()) {
                inFlight[queue.index()]--;
                request.queue = null;
            }
        }
    }

    void inspect(Inspector out) {
        out.number("requests", requests);
        out.number("requests performed at once", atOnce);
        out.number("requests with workers", lent);
        out.number("nanoseconds of the host's disk lately", speed.usual());
        out.number("requests for workers before its next trial", speed.left());
        out.number("errors", errors);
        complaints.inspect(out);
        throttle.inspect(out);
    }
}
