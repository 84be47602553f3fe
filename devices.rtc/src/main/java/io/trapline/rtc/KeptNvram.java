package io.trapline.rtc;

import java.io.IOException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The bytes that a file keeps. The guest's stores are only noted here; a thread of its own writes the file, once
 * for all that came meanwhile, and goes when there is nothing to write.
 */
final class KeptNvram implements Nvram, AutoCloseable {
    private static final long GATHERING_MILLIS = 100;
    private static final long IDLE_SECONDS = 10;
    private static final long CLOSING_SECONDS = 5;

    private final NvramFile file;
    private final Consumer<String> complaints;
    private final ScheduledThreadPoolExecutor writer;

    private final byte[] image = new byte[NvramFile.LENGTH]; // guarded by this, as what follows
    private boolean due; // to be written
    private boolean failing;
    private String description;

    /**
     * @param complaints told, from any thread, what an operator should know
     */
    KeptNvram(NvramFile file, Consumer<String> complaints) {
        this.file = file;
        this.complaints = complaints;
        this.description = file.path().toString();
        this.writer = new ScheduledThreadPoolExecutor(1, KeptNvram::thread);
        writer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        writer.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        writer.allowCoreThreadTimeOut(true);
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "trapline-nvram");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public synchronized boolean load(byte[] ram) {
        try {
            byte[] kept = file.read();
            if (kept != null) {
                System.arraycopy(kept, 0, image, 0, image.length);
                System.arraycopy(kept, 0, ram, NvramFile.FIRST, kept.length);
            }
            return true;
        } catch (NvramFile.Broken e) {
            complain(e.getMessage() + ": begins as zeroes; " + setAside());
        } catch (IOException e) {
            complain(e + ": begins as zeroes");
        }
        return false;
    }

    private String setAside() {
        try {
            return "the file is now " + file.setAside();
        } catch (IOException e) {
            return "it could not be set aside: " + e;
        }
    }

    @Override
    public synchronized void stored(int index, int value) {
        int at = index - NvramFile.FIRST;
        if (image[at] != (byte) value) {
            image[at] = (byte) value;
            schedule();
        }
    }

    @Override
    public synchronized void replaced(byte[] ram) {
        System.arraycopy(ram, NvramFile.FIRST, image, 0, image.length);
        schedule();
    }

    private void schedule() {
        if (!due) {
            due = true;
            if (!writer.isShutdown()) {
                writer.schedule(this::write, GATHERING_MILLIS, TimeUnit.MILLISECONDS);
            }
        }
    }

    /** Writes what there is now, once. */
    private void write() {
        byte[] kept;
        synchronized (this) {
            if (!due) {
                return;
            }
            due = false;
            kept = image.clone();
        }
        try {
            file.write(kept);
            written();
        } catch (IOException e) {
            failed(e);
        }
    }

    private synchronized void written() {
        if (failing) {
            failing = false;
            description = file.path().toString();
        }
    }

    /** The next store tries again; the guest is none the wiser. */
    private synchronized void failed(IOException e) {
        if (!failing) {
            failing = true;
            complain(e + ": not written");
        }
    }

    private synchronized void complain(String what) {
        description = what;
        complaints.accept("NVRAM: " + what);
    }

    @Override
    public synchronized String description() {
        return description;
    }

    /** Writes what is still to be written; nothing is written later. */
    @Override
    public void close() {
        writer.shutdown();
        try {
            if (writer.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS)) {
                write();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
