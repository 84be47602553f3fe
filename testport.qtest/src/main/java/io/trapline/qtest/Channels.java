package io.trapline.qtest;

import java.io.IOException;
import java.nio.channels.Channel;
import java.util.ArrayList;
import java.util.List;

/** What is open, to be closed at the end by whoever ends it. From any thread. */
final class Channels implements AutoCloseable {
    private final List<Channel> open = new ArrayList<>();
    private boolean closed;

    /** Takes a channel; closes it at once if the end has come already. */
    synchronized <C extends Channel> C add(C channel) {
        open.add(channel);
        if (closed) {
            closeAll();
        }
        return channel;
    }

    private void closeAll() {
        for (Channel channel : open) {
            try {
                channel.close();
            } catch (IOException e) {
                // It was to be gone, and nobody is left to tell.
            }
        }
        open.clear();
    }

    @Override
    public synchronized void close() {
        closed = true;
        closeAll();
    }
}
