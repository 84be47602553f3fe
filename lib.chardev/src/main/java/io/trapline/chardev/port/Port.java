package io.trapline.chardev.port;

import io.trapline.chardev.Chardev;
import java.nio.ByteBuffer;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * One character device kept open: its two buffers and who is told of changes. The user's side never blocks. The
 * other side is a mover: the threads of a subclass, which carry bytes between the buffers and the host.
 *
 * <p>A mover that has nothing to send says so ({@link #idle}) and is then woken by the next byte; until it
 * says so nobody wakes it, so a burst of bytes costs the user's side one wake-up.
 */
abstract class Port {
    /** Bytes from the other end that wait here; the rest waits at the other end. */
    static final int INPUT = 4 << 10;

    /** Bytes for the other end that wait here; while nobody is there, the newest so many. */
    static final int OUTPUT = 64 << 10;

    private static final System.Logger LOG = System.getLogger(Port.class.getName());

    /** How long a mover that has sent something waits for more before it is idle. */
    static final int LINGER_MILLIS = 1;

    /** How long the end of a port waits for the host to take what is left, and then to let go of a thread. */
    static final long PATIENCE_MILLIS = 1000;

    private final Ring input = new Ring(INPUT);
    private final Ring output = new Ring(OUTPUT);
    private Chardev.Listener listener;
    private boolean connected;
    private boolean idle; // the mover waits to be woken by output
    private boolean paused; // the mover waits to be woken by room for input
    private boolean hungry; // the user has found nothing to read
    private boolean refused; // the user has found no room to write
    private boolean held; // the mover takes no more output for now
    private ScheduledExecutorService clock; // null: patience has no end
    private long patienceMillis;
    private Future<?> waiting; // while refused: for the end of patience
    private boolean progress; // the other end has taken something since then
    private boolean stalled; // patience has ended: output is dropped
    private boolean complained; // about this peer, in the log
    private long dropped;

    /** Where the other end is. */
    abstract String description();

    /** Wakes the mover. */
    abstract void wake();

    /** Sends what can be sent at once, closes what is open on the host and ends the mover's threads. */
    abstract void close();

    /** Whether it stays open, however long nobody has used it. */
    boolean permanent() {
        return false;
    }

    /** How long somebody who is there and reads nothing may hold up the user; called before there is one. */
    final synchronized void patience(ScheduledExecutorService timer, long millis) {
        clock = millis > 0 ? timer : null;
        patienceMillis = millis;
    }

    // ---- The user's side

    final synchronized boolean connected() {
        return connected;
    }

    final synchronized boolean stalled() {
        return stalled;
    }

    final synchronized long dropped() {
        return dropped;
    }

    int read() {
        int value;
        boolean resumed;
        synchronized (this) {
            value = input.take();
            hungry = value < 0;
            resumed = paused && input.room() >= INPUT / 2;
            paused &= !resumed;
        }
        if (resumed) {
            wake();
        }
        return value;
    }

    boolean write(int value) {
        boolean woken;
        synchronized (this) {
            if (output.room() == 0 || held) {
                if (connected && !stalled) {
                    refuse();
                    return false;
                }
                dropped++;
                if (stalled) {
                    return true; // the oldest may be on their way
                }
                output.skip(1);
            }
            output.put(value);
            woken = idle && connected;
            idle &= !woken;
        }
        if (woken) {
            wake();
        }
        return true;
    }

    void breaking(@SuppressWarnings("unused") boolean on) {}

    final void listen(Chardev.Listener told) {
        synchronized (this) {
            listener = told;
        }
        told.readable();
        told.writable();
    }

    final synchronized void forget(Chardev.Listener told) {
        if (listener == told) {
            listener = null;
        }
    }

    // ---- The mover's side

    /** How much input there is room for; if none, the mover is woken once half of the buffer is free. */
    final synchronized int room() {
        paused = input.room() == 0;
        return input.room();
    }

    /** Adds input, no more than there was room for. */
    final void received(ByteBuffer bytes) {
        boolean told;
        Chardev.Listener whom;
        synchronized (this) {
            input.put(bytes);
            told = hungry;
            hungry = false;
            whom = listener;
        }
        if (told && whom != null) {
            whom.readable();
        }
    }

    /** Copies output into a buffer, which it clears and flips; it counts as output until {@link #sent}. */
    final synchronized ByteBuffer output(ByteBuffer target) {
        output.copyTo(target.clear());
        return target.flip();
    }

    /** Takes away what the other end has got. */
    final void sent(int count) {
        Chardev.Listener told = null;
        boolean resumed = false;
        synchronized (this) {
            output.skip(count);
            if (count > 0) {
                progress = true;
                resumed = stalled;
                stalled = false;
            }
            if (refused && !held && output.room() >= OUTPUT / 4) {
                relent();
                told = listener;
            }
        }
        if (resumed) {
            LOG.log(
                    System.Logger.Level.INFO,
                    () -> description() + ": is read again; bytes dropped so far: " + dropped());
        }
        if (told != null) {
            told.writable();
        }
    }

    /** Takes no more output while that is on; after it, {@link #sent} tells the user. */
    final synchronized void hold(boolean on) {
        held = on;
    }

    // ---- Patience, in the host's time: it is a process of the host that does not read

    private void refuse() {
        if (!refused) {
            refused = true;
            await();
        }
    }

    private void await() {
        if (clock != null) {
            progress = false;
            waiting = clock.schedule(this::impatient, patienceMillis, TimeUnit.MILLISECONDS);
        }
    }

    private void relent() {
        refused = false;
        if (waiting != null) {
            waiting.cancel(false);
            waiting = null;
        }
    }

    /** One who is slow is waited for again; one who takes nothing at all holds up nobody any more. */
    private void impatient() {
        Chardev.Listener told = null;
        boolean complaint = false;
        synchronized (this) {
            if (!refused) {
                return;
            }
            if (progress && (held || output.room() == 0)) {
                await();
            } else {
                stalled = !progress;
                complaint = stalled && !complained;
                complained |= complaint;
                relent();
                told = listener;
            }
        }
        if (complaint) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    () ->
                            description()
                                    + ": nothing was read for "
                                    + patienceMillis
                                    + " ms; output is dropped until something is");
        }
        if (told != null) {
            told.writable();
        }
    }

    /** Says that the mover has nothing more to do until it is woken, unless there is output after all. */
    final synchronized boolean idle() {
        idle = output.size() == 0;
        return idle;
    }

    /** Tells that the other end came or went. */
    final void connected(boolean now) {
        Chardev.Listener told;
        synchronized (this) {
            if (connected == now) {
                return;
            }
            connected = now;
            idle = false;
            relent();
            held = false;
            stalled = false;
            complained = false;
            told = listener;
        }
        if (told != null) {
            told.readable();
            told.writable();
        }
    }

    /** A thread of the mover, not started. */
    final Thread thread(String what, Runnable task) {
        Thread thread = new Thread(task, "chardev " + description() + ' ' + what);
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Waits for a thread of the mover to end.
     *
     * @param thread one that has been told to end
     * @param patience milliseconds, after which the host is taken to hang
     * @return whether it has ended
     */
    static boolean join(Thread thread, long patience) {
        boolean interrupted = false;
        long deadline = System.nanoTime() + patience * 1_000_000;
        for (long left = patience; thread.isAlive() && left > 0; ) {
            try {
                thread.join(left);
            } catch (InterruptedException e) {
                interrupted = true;
            }
            left = (deadline - System.nanoTime()) / 1_000_000;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }
}
