package io.trapline.virtioblk;

import io.trapline.device.DeviceState;
import io.trapline.device.Inspector;
import io.trapline.virtio.VirtioDevice;
import io.trapline.virtio.VirtioPort;
import io.trapline.virtio.Virtqueue;
import io.trapline.virtioblk.BlockRegister.Feature;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * VIRTIO 1.2, §5.2: what the disk is, and its life. Requests are the affair of {@link Traffic}, which each installation
 * has anew.
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
    private final LongSupplier hostNanos;
    private volatile Traffic traffic;
    private volatile Limits limits = Limits.NONE;
    private volatile boolean closed;
    private VirtioPort port;
    private long negotiated; // features
    private boolean restored; // with features that the library is about to tell again

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
        this.hostNanos = hostNanos;
        this.log = log;
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
        if (has(Feature.CONFIG_WCE)) {
            configuration.write(offset, width, value);
        }
    }

    /** §5.2.6.2: without FLUSH a driver takes every write for stable. */
    boolean writeThrough() {
        return has(Feature.CONFIG_WCE) ? !configuration.writeback : !has(Feature.FLUSH);
    }

    private boolean has(long feature) {
        return (negotiated & feature) != 0;
    }

    /** The features that were. */
    long negotiated() {
        return negotiated;
    }

    Settings settings() {
        return settings;
    }

    Image image() {
        return image;
    }

    Shape shape() {
        return shape;
    }

    // ---- Life

    /** A machine that is configured anew installs it again: nothing of the one before is left. */
    @Override
    public void install(VirtioPort port) {
        this.port = port;
        Complaints complaints = new Complaints(port.board(), image.description(), log);
        HostSpeed speed = new HostSpeed(hostNanos);
        traffic = new Traffic(this, port, workers, speed, complaints);
        traffic.throttle().limits(limits); // once there is one that hears of others
    }

    /** Other limits of its rate, from now on. From any thread. */
    void limits(Limits wanted) {
        limits = wanted;
        Traffic installed = traffic;
        if (installed != null) {
            installed.limitsChanged();
        }
    }

    Limits limits() {
        return limits;
    }

    /** §5.2.5.2: without FLUSH nobody could have the cache written, so it begins without one. */
    @Override
    public void negotiated(long features) {
        negotiated = features;
        if (has(Feature.CONFIG_WCE) && !has(Feature.FLUSH) && !restored) {
            configuration.writeback = false;
        }
        restored = false;
    }

    @Override
    public void reset() {
        configuration.writeback = true;
        negotiated = 0;
        restored = false;
    }

    // ---- Requests

    @Override
    public void available(Virtqueue queue) {
        traffic.available(queue);
    }

    @Override
    public boolean drain(Virtqueue queue) {
        return traffic.drain(queue);
    }

    @Override
    public void stop(Virtqueue queue, boolean giveBack) {
        traffic.stop(queue, giveBack);
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
                Map.of(
                        "writeback",
                        configuration.writeback,
                        "sectors",
                        shape.sectors(),
                        "negotiated",
                        negotiated));
    }

    @Override
    public void restore(DeviceState state) {
        state.require("virtio-blk", 1);
        configuration.writeback = state.flag("writeback");
        restored = state.number("negotiated") != 0;
        traffic.throttle().drain();
        if (state.number("sectors") != shape.sectors()) {
            port.configurationChanged();
        }
    }

    @Override
    public void inspect(Inspector out) {
        configuration.inspect(out);
        out.text("image", image.description());
        out.flag("write-through", writeThrough());
        traffic.inspect(out);
    }
}
