package io.trapline.chardev.port;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;

/**
 * {@code service:NAME} and {@code file:PATH}: a channel that may block, so one thread for each direction that it
 * has. Channels come and go; the port and its buffers stay.
 */
final class ChannelPort extends Port {
    /** A channel whose read gives nothing is asked again after so long. */
    private static final int AGAIN_MILLIS = 10;

    /** How long a channel has to free a thread by being closed. */
    private static final int CLOSE_MILLIS = 20;

    private final String description;
    private final boolean service;
    private Link link; // guarded by this

    private ChannelPort(String description, boolean service) {
        this.description = description;
        this.service = service;
    }

    /** A port whose channels come and go by {@link #attach} and {@link #detach}. */
    static ChannelPort service(String name) {
        return new ChannelPort("service:" + name, true);
    }

    /** A port that writes to one channel for all its life. */
    static ChannelPort file(String description, ByteChannel channel) {
        ChannelPort port = new ChannelPort(description, false);
        port.attach(channel);
        return port;
    }

    /** The channel belongs to a service, and goes when that goes. */
    @Override
    boolean permanent() {
        return service;
    }

    @Override
    String description() {
        return description;
    }

    @Override
    synchronized void wake() {
        notifyAll();
    }

    /** Uses a channel, unless there is one. */
    boolean attach(ByteChannel channel) {
        Link attached;
        synchronized (this) {
            if (link != null) {
                return false;
            }
            link = attached = new Link(channel);
        }
        connected(true);
        attached.start();
        return true;
    }

    /** Lets go of a channel and closes it; that, or else an interrupt, must free who is blocked in it. */
    boolean detach(ByteChannel channel) {
        Link detached;
        synchronized (this) {
            if (link == null || link.channel != channel) {
                return false;
            }
            detached = link;
        }
        detached.end();
        return true;
    }

    @Override
    void close() {
        Link last;
        synchronized (this) {
            last = link;
        }
        if (last != null) {
            last.end();
        }
    }

    /** One channel, from when it came until its threads have ended. */
    private final class Link {
        private final ByteChannel channel;
        private final Thread writer;
        private final Thread reader; // null: a file, which is only written
        private int running; // threads; guarded by the port, as what follows
        private boolean ending;
        private boolean draining; // what can be sent before the end is sent

        Link(ByteChannel channel) {
            this.channel = channel;
            this.writer = thread("writer", () -> run(this::write));
            this.reader = service ? thread("reader", () -> run(this::read)) : null;
            this.running = reader == null ? 1 : 2;
        }

        void start() {
            writer.start();
            if (reader != null) {
                reader.start();
            }
        }

        /** Ends it from outside: sends what can be sent, and returns once the threads are gone. */
        void end() {
            stop(true);
            join(writer, PATIENCE_MILLIS);
            closeChannel();
            release(writer);
            if (reader != null) {
                release(reader);
            }
            unlink();
        }

        /** Waits for a thread whose channel is closed; interrupts it if that alone does not free it. */
        private void release(Thread thread) {
            if (!join(thread, CLOSE_MILLIS)) {
                thread.interrupt();
                join(thread, PATIENCE_MILLIS);
            }
        }

        /** A thread's life; when one ends the other shall, and the last one leaves the port. */
        private void run(Transfer transfer) {
            try {
                transfer.run();
            } catch (IOException | RuntimeException e) {
                // The channel has ended, or is a service of somebody who errs: all the same here.
            }
            boolean last;
            synchronized (ChannelPort.this) {
                last = --running == 0;
            }
            if (stop(false)) {
                closeChannel();
            }
            if (last) {
                unlink();
            }
        }

        /** Makes it end; false if it was ending already. */
        private boolean stop(boolean drain) {
            synchronized (ChannelPort.this) {
                boolean first = !ending;
                draining |= first && drain;
                ending = true;
                ChannelPort.this.notifyAll();
                return first;
            }
        }

        private void unlink() {
            synchronized (ChannelPort.this) {
                if (link != this) {
                    return;
                }
                link = null;
            }
            connected(false);
        }

        private void closeChannel() {
            try {
                channel.close();
            } catch (IOException | RuntimeException e) {
                // It is gone, which is what was wanted.
            }
        }

        private void read() throws IOException {
            ByteBuffer buffer = ByteBuffer.allocate(INPUT);
            for (int room = awaitRoom(); room > 0; room = awaitRoom()) {
                int count = channel.read(buffer.clear().limit(room));
                if (count < 0) {
                    return;
                } else if (count > 0) {
                    received(buffer.flip());
                } else {
                    pause(AGAIN_MILLIS);
                }
            }
        }

        private void write() throws IOException {
            ByteBuffer buffer = ByteBuffer.allocate(OUTPUT / 4);
            while (awaitOutput()) {
                int count = channel.write(output(buffer));
                sent(count);
                pause(LINGER_MILLIS);
            }
        }

        /** Room for input; 0 once it is ending. */
        private int awaitRoom() {
            synchronized (ChannelPort.this) {
                while (!ending && room() == 0) {
                    await(0);
                }
                return ending ? 0 : room();
            }
        }

        /** Whether there is output to send; false once it is ending. */
        private boolean awaitOutput() {
            synchronized (ChannelPort.this) {
                while (idle() && !ending) {
                    await(0);
                }
                return !idle() && (draining || !ending);
            }
        }

        private void pause(int millis) {
            synchronized (ChannelPort.this) {
                if (!ending) {
                    await(millis);
                }
            }
        }

        /** Waits to be woken, perhaps for nothing. An interrupt ends the link. */
        private void await(int millis) {
            try {
                ChannelPort.this.wait(millis);
            } catch (InterruptedException e) {
                ending = true;
            }
        }
    }

    /** Carries bytes in one direction until its link ends. */
    private interface Transfer {
        void run() throws IOException;
    }
}
