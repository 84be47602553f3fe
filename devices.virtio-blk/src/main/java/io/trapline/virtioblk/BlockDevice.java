package io.trapline.virtioblk;

import io.trapline.device.DeviceState;
import io.trapline.device.Inspector;
import io.trapline.virtio.VirtioDevice;
import io.trapline.virtio.VirtioPort;
import io.trapline.virtio.Virtqueue;
import io.trapline.virtioblk.BlockRegister.Feature;
import io.trapline.virtioblk.BlockRegister.Status;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * VIRTIO 1.2, §5.2. Requests are taken and given back under the baton. As long as the host answers at once, they are
 * performed there, too, and nobody is woken; where it takes its time, workers perform them side by side, and they come
 * back in whatever order they end.
 */
final class BlockDevice implements VirtioDevice {
    private static final int TYPE = 2;
    private static final int CLASS = 0x01_00_00;
    private static final int PIECES = 1022;

    /** Each request of the past counts an eighth less than the one after it. */
    private static final int PAST = 8;

    /** The most that the baton is kept for the host's disk, on an average, nanoseconds. */
    private static final long AT_ONCE = 30_000;

    private final Settings settings;
    private final Image image;
    private final Executor workers;
    private final LongSupplier hostNanos;
    private final Request[] pool;
    private final boolean[] starved; // queues that have more than there are requests for
    private final AtomicReference<Request> performed = new AtomicReference<>();
    private final Runnable reap = this::reap;
    private VirtioPort port;
    private Shape shape;
    private Request free;
    private int inFlight; // with workers
    private boolean writeback = true;
    private boolean flushNegotiated;
    private boolean cacheNegotiated;
    private boolean otherLength; // than the predecessor's image: the driver is to hear of it
    private long usual; // how long the host took lately, nanoseconds
    private volatile Thread waiter;

    // For administrators.
    private long requests;
    private long atOnce;
    private long errors;
    private volatile String lastError = "";

    /**
     * A device that is nowhere yet.
     *
     * @param workers perform requests side by side; they may be of any number
     * @param hostNanos a clock of the host's, which tells how long its disk takes
     */
    BlockDevice(Settings settings, Image image, Executor workers, LongSupplier hostNanos)
            throws IOException {
        this.hostNanos = hostNanos;
        this.settings = settings;
        this.image = image;
        this.workers = workers;
        pool = new Request[settings.depth()];
        starved = new boolean[settings.queues()];
        shape = shape();
    }

    private Shape shape() throws IOException {
        boolean readOnly = settings.readOnly() || image.readOnly();
        long sectors = image.length() / Request.SECTOR;
        return new Shape(sectors, settings.mostSectors(), readOnly, settings.serialBytes());
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
        return PIECES + 2;
    }

    @Override
    public long features() {
        long common =
                Feature.SEG_MAX
                        | Feature.BLK_SIZE
                        | Feature.TOPOLOGY
                        | Feature.FLUSH
                        | Feature.CONFIG_WCE
                        | Feature.LIFETIME
                        | (settings.sizeMax() != 0 ? Feature.SIZE_MAX : 0)
                        | (settings.queues() > 1 ? Feature.MQ : 0);
        return shape.readOnly()
                ? common | Feature.RO
                : common | Feature.DISCARD | Feature.WRITE_ZEROES | Feature.SECURE_ERASE;
    }

    @Override
    public int configurationLength() {
        return BlockRegister.LENGTH;
    }

    @Override
    public long readConfiguration(int offset, int width) {
        long value = 0;
        for (BlockRegister register : BlockRegister.values()) {
            int shift = 8 * (register.offset - offset);
            if (register.offset + register.width > offset && register.offset < offset + width) {
                long field = field(register) & -1L >>> 64 - 8 * register.width;
                value |= shift >= 0 ? field << shift : field >>> -shift;
            }
        }
        return value & -1L >>> 64 - 8 * width;
    }

    private long field(BlockRegister register) {
        return switch (register) {
            case CAPACITY -> shape.sectors();
            case SIZE_MAX -> settings.sizeMax();
            case SEG_MAX -> Math.min(PIECES, settings.queueSize() - 2);
            case BLK_SIZE -> settings.blockSize();
            case PHYSICAL_BLOCK_EXP ->
                    Integer.numberOfTrailingZeros(
                            settings.physicalBlockSize() / settings.blockSize());
            case MIN_IO_SIZE -> settings.physicalBlockSize() / settings.blockSize();
            case WRITEBACK -> writeback ? 1 : 0;
            case NUM_QUEUES -> settings.queues();
            case MAX_DISCARD_SECTORS, MAX_WRITE_ZEROES_SECTORS, MAX_SECURE_ERASE_SECTORS ->
                    settings.mostSectors();
            case MAX_DISCARD_SEG, MAX_WRITE_ZEROES_SEG, MAX_SECURE_ERASE_SEG ->
                    settings.mostSegments();
            case DISCARD_SECTOR_ALIGNMENT, SECURE_ERASE_SECTOR_ALIGNMENT ->
                    settings.blockSize() / Request.SECTOR;
            case WRITE_ZEROES_MAY_UNMAP -> 1;
            case CYLINDERS, HEADS, SECTORS, ALIGNMENT_OFFSET, OPT_IO_SIZE -> 0;
        };
    }

    /** §5.2.5: of all fields only writeback is for writing, where that was negotiated. */
    @Override
    public void writeConfiguration(int offset, int width, long value) {
        BlockRegister cache = BlockRegister.WRITEBACK;
        if (cacheNegotiated && offset <= cache.offset && offset + width > cache.offset) {
            writeback = (value >>> 8 * (cache.offset - offset) & 1) != 0;
        }
    }

    /** §5.2.6.2: without FLUSH a driver takes every write for stable. */
    private boolean writeThrough() {
        return cacheNegotiated ? !writeback : !flushNegotiated;
    }

    // ---- Life

    @Override
    public void install(VirtioPort port) {
        this.port = port;
        for (int i = 0; i < pool.length; i++) {
            Request request = new Request(this, port.board().memory(), settings.mostSegments());
            recycle(request);
            pool[i] = request;
        }
    }

    @Override
    public void start(long features) {
        flushNegotiated = (features & Feature.FLUSH) != 0;
        cacheNegotiated = (features & Feature.CONFIG_WCE) != 0;
        if (otherLength) {
            otherLength = false;
            port.configurationChanged();
        }
    }

    @Override
    public void reset() {
        writeback = true;
        flushNegotiated = false;
        cacheNegotiated = false;
        otherLength = false;
    }

    // ---- Requests

    @Override
    public void available(Virtqueue queue) {
        queue.quiet();
        do {
            while (free != null && takeOne(queue)) {
                // as many as there are
            }
        } while (free != null && queue.listen());
        starved[queue.index()] = free == null;
        queue.flush();
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
        if (!request.check(shape, writeThrough())) {
            finish(request);
        } else if (inFlight == 0 && usual < AT_ONCE) {
            performAtOnce(request);
        } else {
            inFlight++;
            workers.execute(request);
        }
        return true;
    }

    private void performAtOnce(Request request) {
        long before = hostNanos.getAsLong();
        request.perform();
        note(hostNanos.getAsLong() - before);
        atOnce++;
        finish(request);
    }

    private void note(long nanos) {
        usual += (nanos - usual) / PAST;
    }

    private void finish(Request request) {
        if (request.status() != Status.OK) {
            errors++;
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
        Request before;
        do {
            before = performed.get();
            request.next = before;
        } while (!performed.compareAndSet(before, request));
        Thread waiting = waiter;
        if (waiting != null) {
            LockSupport.unpark(waiting);
        } else if (before == null) {
            port.board().post(reap);
        }
    }

    /** Gives back what workers have done. Under the baton. */
    private void reap() {
        giveBackPerformed(null, true);
        for (int i = 0; i < starved.length; i++) {
            Virtqueue queue = port.queue(i);
            if (queue != null) {
                if (starved[i]) {
                    available(queue);
                } else {
                    queue.flush();
                }
            }
        }
    }

    /** Those of a queue that ends are only forgotten, where the driver will not hear of them. */
    private void giveBackPerformed(Virtqueue ending, boolean giveBack) {
        Request first = performed.getAndSet(null);
        Request oldest = null;
        while (first != null) { // newest first: turned round
            Request next = first.next;
            first.next = oldest;
            oldest = first;
            first = next;
        }
        while (oldest != null) {
            Request next = oldest.next;
            inFlight--;
            if (oldest.queue == ending && !giveBack) {
                recycle(oldest);
            } else {
                finish(oldest);
            }
            oldest = next;
        }
        if (inFlight == 0 && usual >= AT_ONCE) {
            usual = AT_ONCE - AT_ONCE / PAST; // tries the host again
        }
    }

    /** What is with workers is waited for: they read and write the guest's memory. */
    @Override
    public void stop(Virtqueue queue, boolean giveBack) {
        waiter = Thread.currentThread();
        try {
            giveBackPerformed(queue, giveBack);
            while (inFlight > 0) {
                LockSupport.park(this);
                giveBackPerformed(queue, giveBack);
            }
        } finally {
            waiter = null;
        }
        starved[queue.index()] = false;
        if (giveBack) {
            queue.flush();
        }
    }

    /** The host refused. By any thread. */
    void failed(Request request, IOException e) {
        lastError = request.place() + ": " + e.getMessage();
    }

    Image image() {
        return image;
    }

    // ---- State, inspection

    @Override
    public DeviceState save() {
        return new DeviceState(
                "virtio-blk", 1, Map.of("writeback", writeback, "sectors", shape.sectors()));
    }

    @Override
    public void restore(DeviceState state) {
        state.require("virtio-blk", 1);
        writeback = state.flag("writeback");
        otherLength = state.number("sectors") != shape.sectors();
    }

    @Override
    public void inspect(Inspector out) {
        for (BlockRegister register : BlockRegister.values()) {
            out.register(
                    register.name().toLowerCase(java.util.Locale.ROOT),
                    field(register),
                    register.width);
        }
        out.text("image", image.description());
        out.flag("write-through", writeThrough());
        out.number("requests", requests);
        out.number("requests performed at once", atOnce);
        out.number("requests with workers", inFlight);
        out.number("errors", errors);
        if (!lastError.isEmpty()) {
            out.text("last error", lastError);
        }
    }
}
