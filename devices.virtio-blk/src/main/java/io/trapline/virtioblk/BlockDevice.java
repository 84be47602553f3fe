package io.trapline.virtioblk;

import io.trapline.device.DeviceState;
import io.trapline.device.Inspector;
import io.trapline.virtio.VirtioDevice;
import io.trapline.virtio.VirtioPort;
import io.trapline.virtio.Virtqueue;
import io.trapline.virtioblk.BlockRegister.Feature;
import io.trapline.virtioblk.BlockRegister.Status;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * VIRTIO 1.2, §5.2. Requests are taken and given back under the baton. What the host has at hand is done there, too, and
 * nobody is woken; what takes its time, workers perform side by side, and it comes back in whatever order it ends.
 */
final class BlockDevice implements VirtioDevice {
    private static final int TYPE = 2;
    private static final int CLASS = 0x01_00_00;

    private final Settings settings;
    private final Image image;
    private final Executor workers;
    private final Consumer<String> log;
    private final Shape shape;
    private final BlockConfiguration configuration;
    private final Request[] pool;
    private final boolean[] waiting; // queues that may have more than can be taken now
    private final Finished finished = new Finished();
    private final Runnable reap = this::reap;
    private final HostSpeed speed;
    private volatile VirtioPort port;
    private volatile Limits limits = Limits.NONE;
    private volatile boolean closed;
    private Throttle throttle;
    private Complaints complaints;
    private Request free;
    private int inFlight; // with workers
    private int turn; // the queue that was served last, of those that wait
    private boolean flushNegotiated;
    private boolean cacheNegotiated;
    private boolean restored;
    private boolean otherLength; // than the predecessor's image: the driver is to hear of it
    private long requests;
    private long atOnce;
    private long errors;

    /** A device whose host's errors go nowhere but into {@link #inspect}. */
    BlockDevice(Settings settings, Image image, Executor workers, LongSupplier hostNanos)
            throws IOException {
        this(settings, image, workers, hostNanos, line -> {});
    }

    /**
     * A device that is nowhere yet.
     *
     * @param workers perform requests side by side; they may be of any number
     * @param hostNanos a clock of the host's, which tells how long its disk takes
     * @param log takes what an administrator should know, line by line, seldom
     */
    BlockDevice(
            Settings settings,
            Image image,
            Executor workers,
            LongSupplier hostNanos,
            Consumer<String> log)
            throws IOException {
        this.settings = settings;
        this.image = image;
        this.workers = workers;
        speed = new HostSpeed(hostNanos);
        this.log = log;
        pool = new Request[settings.depth()];
        waiting = new boolean[settings.queues()];
        boolean readOnly = settings.readOnly() || image.readOnly();
        long sectors = image.length() / Request.SECTOR;
        shape = new Shape(sectors, settings.mostSectors(), readOnly, settings.serialBytes());
        configuration = new BlockConfiguration(settings, image, shape);
    }

    // ---- What it is

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public int pciClass() {
        return CLASS;
    }

    @Override
    public int queues() {
        return settings.queues();
    }

    @Override
    public int queueSize() {
        return settings.queueSize();
    }

    @Override
    public int mostPieces() {
        return BlockConfiguration.PIECES + 2;
    }

    @Override
    public long features() {
        return configuration.features();
    }

    @Override
    public int configurationLength() {
        return BlockRegister.LENGTH;
    }

    @Override
    public long readConfiguration(int offset, int width) {
        return configuration.read(offset, width);
    }

    @Override
    public void writeConfiguration(int offset, int width, long value) {
        if (cacheNegotiated) {
            configuration.write(offset, width, value);
        }
    }

    /** §5.2.6.2: without FLUSH a driver takes every write for stable. */
    private boolean writeThrough() {
        return cacheNegotiated ? !configuration.writeback : !flushNegotiated;
    }

    // ---- Life

    @Override
    public void install(VirtioPort port) {
        for (int i = 0; i < pool.length; i++) {
            Request request =
                    new Request(this, image, port.board().memory(), settings.mostSegments());
            recycle(request);
            pool[i] = request;
        }
        throttle = new Throttle(port.board().timers(), this::goOn);
        complaints = new Complaints(port.board(), image.description(), log);
        this.port = port;
        throttle.limits(limits);
    }

    /** Other limits of its rate, from now on. From any thread. */
    void limits(Limits wanted) {
        limits = wanted;
        VirtioPort installed = port;
        if (installed != null) {
            installed
                    .board()
                    .post(
                            () -> {
                                throttle.limits(limits);
                                goOn();
                            });
        }
    }

    /** §5.2.5.2: without FLUSH nobody could have the cache written, so it begins without one. */
    @Override
    public void start(long features) {
        flushNegotiated = (features & Feature.FLUSH) != 0;
        cacheNegotiated = (features & Feature.CONFIG_WCE) != 0;
        if (cacheNegotiated && !flushNegotiated && !restored) {
            configuration.writeback = false;
        }
        if (restored) { // the predecessor has left in the rings what it had no place for
            Arrays.fill(waiting, true);
            port.board().post(reap);
        }
        if (otherLength) {
            otherLength = false;
            port.configurationChanged();
        }
        restored = false;
    }

    @Override
    public void reset() {
        configuration.writeback = true;
        flushNegotiated = false;
        cacheNegotiated = false;
        otherLength = false;
        restored = false;
    }

    // ---- Requests

    @Override
    public void available(Virtqueue queue) {
        queue.quiet();
        boolean more;
        do {
            more = mayTake();
            while (more && takeOne(queue)) {
                more = mayTake();
            }
        } while (more && queue.listen());
        waiting[queue.index()] = !more;
        queue.flush();
    }

    private boolean mayTake() {
        return free != null && throttle.admits();
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
        boolean work = request.check(shape, writeThrough());
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
            inFlight++;
            workers.execute(request);
        }
        return true;
    }

    /** Whatever is with workers is overtaken: a driver that wants an order waits. */
    private boolean performedAtOnce(Request request) {
        if (image.isInstant()) {
            request.perform();
            return true;
        } else if (!request.isShort()) {
            return false;
        } else if (isAskedFor(request)) {
            return request.performAtHand();
        } else if (!speed.takeNext()) {
            return false;
        }
        long before = speed.now();
        request.perform();
        speed.note(speed.now() - before, request.length());
        return true;
    }

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

    /** A worker has done it. */
    void performed(Request request) {
        if (finished.add(request)) {
            port.board().post(reap);
        }
    }

    /** Gives back what workers have done. Under the baton. */
    private void reap() {
        giveBackPerformed(null, true);
        goOn();
    }

    /** Takes what had to wait, one of each queue in turn, and tells the driver of all that was given back. */
    private void goOn() {
        int idle = 0;
        while (idle < waiting.length && mayTake()) {
            turn = (turn + 1) % waiting.length;
            Virtqueue queue = waiting[turn] ? port.queue(turn) : null;
            if (queue != null && (takeOne(queue) || queue.listen())) {
                idle = 0;
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
    }

    /** How many are left. Those of a queue that ends are forgotten, where the driver will not hear of them. */
    private int giveBackPerformed(Virtqueue ending, boolean giveBack) {
        Request request = finished.takeAll();
        while (request != null) {
            Request next = request.next;
            inFlight--;
            if (request.queue == ending && !giveBack) {
                recycle(request);
            } else {
                finish(request);
            }
            request = next;
        }
        return inFlight;
    }

    /** Whether the host can say of it beforehand that it will be at once. */
    private boolean isAskedFor(Request request) {
        return request.reads() && image.tellsWhatIsAtHand();
    }

    /** What is with workers is waited for: they read and write the guest's memory. */
    @Override
    public void stop(Virtqueue queue, boolean giveBack) {
        finished.await(() -> giveBackPerformed(queue, giveBack));
        waiting[queue.index()] = false;
        if (giveBack) {
            queue.flush();
        }
        port.board().post(reap); // the drivers of other queues are told of theirs
    }

    /** The device is gone: what has not begun does not begin any more. From any thread. */
    void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }

    // ---- State, inspection

    @Override
    public DeviceState save() {
        return new DeviceState(
                "virtio-blk",
                1,
                Map.of("writeback", configuration.writeback, "sectors", shape.sectors()));
    }

    @Override
    public void restore(DeviceState state) {
        state.require("virtio-blk", 1);
        configuration.writeback = state.flag("writeback");
        otherLength = state.number("sectors") != shape.sectors();
        restored = true;
        throttle.drain();
    }

    @Override
    public void inspect(Inspector out) {
        configuration.inspect(out);
        out.text("image", image.description());
        out.flag("write-through", writeThrough());
        out.number("requests", requests);
        out.number("requests performed at once", atOnce);
        out.number("requests with workers", inFlight);
        out.number("nanoseconds of the host's disk lately", speed.usual());
        out.number("requests for workers before its next trial", speed.left());
        out.number("errors", errors);
        complaints.inspect(out);
        throttle.inspect(out);
    }
}
