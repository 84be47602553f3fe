package io.trapline.chardev.port;

import io.trapline.chardev.Chardev;
import io.trapline.chardev.Chardevs;
import java.io.IOException;
import java.nio.channels.ByteChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** All open ports: who has them, which of them wait for their next user, and the channels that services offer. */
final class Ports implements Chardevs {
    /** How long somebody who reads nothing is waited for, unless the configuration says otherwise. */
    static final Duration PATIENCE = Duration.ofSeconds(5);

    private final long graceMillis;
    private final long patienceMillis;
    private final ScheduledThreadPoolExecutor clock;
    private final List<Entry> entries = new ArrayList<>(); // this and what follows guarded by this
    private final Map<String, Deque<ByteChannel>> channels = new HashMap<>();
    private boolean closed;

    /** With the patience that is usual. */
    Ports(Duration grace) {
        this(grace, PATIENCE);
    }

    /**
     * No ports yet.
     *
     * @param grace how long a port waits for its next user
     * @param patience how long a port waits for somebody who is there and reads nothing; zero: for ever
     */
    Ports(Duration grace, Duration patience) {
        graceMillis = grace.toMillis();
        patienceMillis = patience.toMillis();
        clock =
                new ScheduledThreadPoolExecutor(
                        1,
                        task -> {
                            Thread thread = new Thread(task, "chardev timer");
                            thread.setDaemon(true);
                            return thread;
                        });
        clock.setKeepAliveTime(1, TimeUnit.SECONDS);
        clock.allowCoreThreadTimeOut(true);
        clock.setRemoveOnCancelPolicy(true);
        clock.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy()); // at the end
    }

    @Override
    public synchronized Chardev open(String text, String owner) throws IOException {
        Spec spec = Spec.of(text);
        if (closed) {
            throw new IOException(spec + ": lib.chardev is being stopped");
        }
        Entry entry = find(spec, owner);
        if (entry == null) {
            entry = new Entry(spec, spec.open(owner));
            entry.port.patience(clock, patienceMillis);
            entries.add(entry);
            if (entry.port instanceof ChannelPort port && spec.kind() == Spec.Kind.SERVICE) {
                attachNext(spec.rest(), port);
            }
        }
        return entry.handle(owner);
    }

    /** The port to hand over or to share; null if one has to be opened. */
    private Entry find(Spec spec, String owner) {
        for (Entry entry : entries) {
            if (entry.key.equals(spec.key())) {
                boolean same = entry.owner.equals(owner) && !owner.isEmpty();
                if (same
                        || entry.handles == 0 && (!spec.anonymous() || entry.owner.equals(owner))) {
                    return entry;
                } else if (!spec.anonymous()) {
                    throw new IllegalArgumentException(
                            "chardev in use: wanted="
                                    + spec
                                    + ", owner="
                                    + (entry.owner.isEmpty() ? "?" : entry.owner));
                }
            }
        }
        return null;
    }

    /** A service offers a channel. */
    synchronized void offer(String name, ByteChannel channel) {
        channels.computeIfAbsent(name, key -> new ArrayDeque<>()).addLast(channel);
        ChannelPort port = port(name);
        if (port != null) {
            port.attach(channel);
        }
    }

    /** A service takes its channel back. */
    void withdraw(String name, ByteChannel channel) {
        ChannelPort port;
        synchronized (this) {
            Deque<ByteChannel> offered = channels.getOrDefault(name, new ArrayDeque<>());
            offered.remove(channel);
            if (offered.isEmpty()) {
                channels.remove(name);
            }
            port = port(name);
        }
        if (port != null && port.detach(channel)) {
            synchronized (this) {
                attachNext(name, port);
            }
        }
    }

    private void attachNext(String name, ChannelPort port) {
        for (ByteChannel channel : channels.getOrDefault(name, new ArrayDeque<>())) {
            if (channel.isOpen() && port.attach(channel)) {
                return;
            }
        }
    }

    private ChannelPort port(String name) {
        for (Entry entry : entries) {
            if (entry.key.equals(Spec.of("service:" + name).key())
                    && entry.port instanceof ChannelPort port) {
                return port;
            }
        }
        return null;
    }

    /** Closes everything at once. */
    void closeAll() {
        List<Entry> closing;
        synchronized (this) {
            closed = true;
            closing = List.copyOf(entries);
            entries.clear();
        }
        clock.shutdownNow();
        for (Entry entry : closing) {
            entry.port.close();
        }
    }

    /** A port and who has it. */
    private final class Entry {
        private final String key;
        private final Port port;
        private String owner = "";
        private int handles;
        private Future<?> ending;

        Entry(Spec spec, Port port) {
            this.key = spec.key();
            this.port = port;
        }

        Chardev handle(String user) {
            owner = user;
            handles++;
            if (ending != null) {
                ending.cancel(false);
                ending = null;
            }
            return new Handle(port, this::released);
        }

        private void released() {
            synchronized (Ports.this) {
                handles--;
                if (handles == 0 && !closed && !port.permanent()) {
                    ending = clock.schedule(this::expired, graceMillis, TimeUnit.MILLISECONDS);
                }
            }
        }

        /** Nobody can ask for the port again before the host has what it held. */
        private void expired() {
            synchronized (Ports.this) {
                if (handles == 0 && entries.remove(this)) {
                    port.close();
                }
            }
        }
    }
}
