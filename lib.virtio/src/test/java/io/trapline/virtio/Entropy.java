package io.trapline.virtio;

import java.nio.ByteBuffer;
import java.util.Random;

/** VIRTIO 1.2, §5.4: an entropy device, as short as a device can be. */
final class Entropy implements VirtioDevice {
    private static final int TYPE = 4;

    private final Random source;
    private final ByteBuffer bytes = ByteBuffer.allocate(4096);
    private VirtioPort port;
    private Chain chain;

    Entropy(Random source) {
        this.source = source;
    }

    @Override
    public int type() {
        return TYPE;
    }

    @Override
    public void install(VirtioPort port) {
        this.port = port;
        chain = new Chain(port.board().memory());
    }

    @Override
    public void available(Virtqueue queue) {
        queue.serve(chain, this::fill);
    }

    /** §5.4.6.1: one or more bytes into each buffer. */
    private void fill(Chain buffer) {
        if (buffer.writable() == 0) {
            port.broken("a buffer with no room for a byte");
            return;
        }
        int length = (int) Math.min(buffer.writable(), bytes.capacity());
        source.nextBytes(bytes.array());
        buffer.write(0, bytes.clear().limit(length));
        port.queue(0).used(buffer, length);
    }
}
