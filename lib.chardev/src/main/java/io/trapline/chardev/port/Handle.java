package io.trapline.chardev.port;

import io.trapline.chardev.Chardev;
import java.util.concurrent.atomic.AtomicBoolean;

/** One user's hold on a port. Once closed, it gives nothing and takes nothing. */
final class Handle implements Chardev {
    private final Port port;
    private final Runnable released;
    private final AtomicBoolean closed = new AtomicBoolean();
    private Listener listener; // guarded by this

    Handle(Port port, Runnable released) {
        this.port = port;
        this.released = released;
    }

    @Override
    public String description() {
        return port.description();
    }

    @Override
    public boolean connected() {
        return port.connected();
    }

    @Override
    public synchronized void listen(Listener told) {
        if (!closed.get()) {
            listener = told;
            port.listen(told);
        }
    }

    @Override
    public int read() {
        return closed.get() ? -1 : port.read();
    }

    @Override
    public boolean write(int value) {
        return !closed.get() && port.write(value);
    }

    @Override
    public void breaking(boolean on) {
        port.breaking(on);
    }

    @Override
    public long dropped() {
        return port.dropped();
    }

    @Override
    public boolean stalled() {
        return port.stalled();
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            synchronized (this) {
                if (listener != null) {
                    port.forget(listener);
                }
            }
            released.run();
        }
    }
}
