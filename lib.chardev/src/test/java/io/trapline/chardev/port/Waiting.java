package io.trapline.chardev.port;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.chardev.Chardev;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A user of a chardev that waits as a device does: to be told. */
final class Waiting implements Chardev.Listener {
    static final long SECONDS = 20;

    private final Semaphore told = new Semaphore(0);
    private final Chardev chardev;

    Waiting(Chardev chardev) {
        this.chardev = chardev;
        chardev.listen(this);
    }

    @Override
    public void readable() {
        told.release();
    }

    @Override
    public void writable() {
        told.release();
    }

    String read(int count) throws InterruptedException {
        StringBuilder text = new StringBuilder();
        while (text.length() < count) {
            int value = chardev.read();
            if (value < 0) {
                await();
            } else {
                text.append((char) value);
            }
        }
        return text.toString();
    }

    void write(String text) throws InterruptedException {
        for (byte value : text.getBytes(StandardCharsets.ISO_8859_1)) {
            while (!chardev.write(value)) {
                await();
            }
        }
    }

    void connected(boolean wanted) throws InterruptedException {
        while (chardev.connected() != wanted) {
            await();
        }
    }

    private void await() throws InterruptedException {
        assertTrue(told.tryAcquire(SECONDS, TimeUnit.SECONDS), "not told in time");
        told.drainPermits();
    }

    /** For what nobody tells of. */
    static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "not in time");
            Thread.onSpinWait();
            Thread.yield();
        }
    }

    /** The names of the threads that work for chardevs. */
    static java.util.List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("chardev ") && !name.equals("chardev timer"))
                .sorted()
                .toList();
    }
}
