package io.trapline.virtio;

import io.trapline.device.DoorbellListener;

/**
 * A queue's doorbell. While its ring is watched, the driver is not asked to notify: it sees that nobody wants to hear
 * of more buffers (VIRTIO 1.2, §2.7.10 and §2.8.10).
 */
final class QueueBell implements DoorbellListener {
    private final Negotiation negotiation;
    private final int index;
    private volatile boolean stuck; // the device takes nothing for now: it will come back by itself

    QueueBell(Negotiation negotiation, int index) {
        this.negotiation = negotiation;
        this.index = index;
    }

    @Override
    public void rung(boolean watched) {
        Virtqueue queue = negotiation.queue(index);
        if (queue != null) {
            int before = queue.taken();
            queue.watched(watched);
            negotiation.notified(index);
            stuck = queue.taken() == before;
        }
    }

    @Override
    public boolean due() {
        Virtqueue queue = negotiation.queue(index);
        return queue != null && !stuck && !queue.seemsEmpty();
    }
}
