package io.trapline.oracle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A QEMU whose clock can be let run for a while; its HPET tells how far it came. */
final class RunningQemu implements AutoCloseable {
    private static final long HPET_CONFIGURATION = 0xFED0_0010L;
    private static final long HPET_COUNTER = 0xFED0_00F0L;
    private static final long TICK_NANOS = 10;

    final Endpoint side;
    private final Path folder;
    private final Qmp monitor;

    RunningQemu(Pace pace) {
        try {
            folder = Files.createTempDirectory("oracle");
            Path firmware = Files.write(folder.resolve("firmware"), pace.firmware());
            Path socket = folder.resolve("qmp");
            List<String> more = new ArrayList<>(pace.options);
            more.addAll(List.of("-bios", firmware.toString()));
            more.addAll(List.of("-qmp", "unix:" + socket + ",server=on,wait=off"));
            side = Programs.qemu(more.toArray(String[]::new));
            monitor = new Qmp(socket);
            side.ask(String.format("writel 0x%x 1", HPET_CONFIGURATION));
            silenceTimer();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The 8254 counts once, and is silent: time would stop most often where it ticks. */
    private void silenceTimer() {
        side.ask("outb 0x43 0x30"); // counter 0, both bytes, mode 0
        side.ask("outb 0x40 1");
        side.ask("outb 0x40 0");
    }

    /** Lets time go for so long of the host's time; what that is here, only {@link #clock} tells. */
    void run(long hostNanos) {
        monitor.execute("cont");
        if (hostNanos > 0) {
            LockSupport.parkNanos(hostNanos);
        }
        monitor.execute("stop");
    }

    /** Asks for the time; {@link #nanos} understands the answer. */
    static String clock() {
        return String.format("readq 0x%x", HPET_COUNTER);
    }

    /** Since the power came, up to 9 less than it is. */
    static long nanos(Reply clock) {
        return Long.parseLong(clock.text().substring("OK 0x".length()), 16) * TICK_NANOS;
    }

    @Override
    public void close() {
        try {
            monitor.close();
        } catch (IOException e) {
            // It is killed anyway.
        }
        side.close();
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
