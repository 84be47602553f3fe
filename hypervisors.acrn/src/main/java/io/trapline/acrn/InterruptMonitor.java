package io.trapline.acrn;

import io.trapline.linux.HostMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Meets the interrupt storm of a device that was passed through, as acrn-dm's {@code --intr_monitor}: counts its
 * interrupts once a period, and when there were too many has the hypervisor delay each of the next ones for a
 * while, so that the Service VM is not starved.
 *
 * <p>The page is pinned by the driver from the first call until the VM is destroyed; {@link #close} comes before.
 */
final class InterruptMonitor implements AutoCloseable {
    /** The ioctl, which takes the page's address. */
    interface Call {
        void call(Ioctl ioctl, long page, String arguments) throws IOException;
    }

    /**
     * The setting {@code intrmonitor}, in acrn-dm's order.
     *
     * @param threshold interrupts a second of one line that are a storm if there are more
     * @param period seconds from one look to the next
     * @param delay milliseconds by which each interrupt is held back in a storm
     * @param duration milliseconds for which that is done
     */
    record Limits(long threshold, long period, long delay, long duration) {
        private static final Pattern SYNTAX =
                Pattern.compile("(\\d{1,9}),([1-9]\\d{0,5}),(\\d{1,6}),(\\d{1,9})");

        static Limits parse(String text) {
            Matcher numbers = SYNTAX.matcher(text.replace(" ", ""));
            if (!numbers.matches()) {
                throw new IllegalArgumentException(
                        "THRESHOLD/s,PERIOD(s),DELAY(ms),DURATION(ms), such as 10000,10,1,100");
            }
            return new Limits(
                    Long.parseLong(numbers.group(1)),
                    Long.parseLong(numbers.group(2)),
                    Long.parseLong(numbers.group(3)),
                    Long.parseLong(numbers.group(4)));
        }
    }

    // spotless:off
    // struct acrn_intr_monitor of the hypervisor's acrn_common.h
    private static final int COMMAND = 0;  // 4 bytes
    private static final int COUNT   = 4;  // 4 bytes: numbers in the buffer
    static final int         BUFFER  = 8;  // 8 bytes each: an IRQ's number, then how many there were
    // spotless:on
    private static final int GET_DATA = 0, DELAY_INTERRUPTS = 1;

    /** {@code MAX_PTDEV_NUM}, two numbers each; the hypervisor refuses more. */
    static final int NUMBERS = 2 * 24;

    private static final int PAGE = 4096;

    /** Milliseconds from a storm's end to the next look, acrn-dm's. */
    private static final long RECOVERY = 2000;

    private enum Phase {
        BEGINNING,
        WATCHING,
        DELAYING
    }

    private final Call hsm;
    private final Complaints complaints;
    private final Limits limits;
    private final HostMemory memory;
    private final ByteBuffer page;
    private final long[] last = new long[NUMBERS];
    private final CountDownLatch end = new CountDownLatch(1);
    private final Thread thread;
    private Phase phase = Phase.BEGINNING;

    /**
     * Looks for the first time, and from now on until {@link #close}.
     *
     * @throws IOException if the hypervisor refuses to tell
     */
    InterruptMonitor(String machine, Call hsm, Complaints complaints, Limits limits)
            throws IOException {
        this.hsm = hsm;
        this.complaints = complaints;
        this.limits = limits;
        memory = HostMemory.anonymous(PAGE);
        page = memory.windows(0, PAGE, PAGE).get(0).order(ByteOrder.LITTLE_ENDIAN);
        long first = step();
        thread = new Thread(() -> run(first), "acrn-" + machine + "-interrupts");
        thread.setDaemon(true);
        thread.start();
    }

    private void run(long first) {
        try {
            long wait = first;
            while (!end.await(wait, TimeUnit.MILLISECONDS)) {
                wait = step();
            }
        } catch (IOException e) {
            complaints.add(Ioctl.VM_INTR_MONITOR, e.getMessage() + "; no longer monitored");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Does what is due; returns the milliseconds until something is again. */
    long step() throws IOException {
        return switch (phase) {
            case BEGINNING -> {
                look();
                remember();
                phase = Phase.WATCHING;
                yield TimeUnit.SECONDS.toMillis(limits.period());
            }
            case WATCHING -> {
                look();
                if (storm()) {
                    delay(limits.delay());
                    phase = Phase.DELAYING;
                    yield limits.duration();
                }
                remember();
                yield TimeUnit.SECONDS.toMillis(limits.period());
            }
            case DELAYING -> {
                delay(0);
                phase = Phase.BEGINNING;
                yield RECOVERY;
            }
        };
    }

    private void look() throws IOException {
        for (int i = 0; i < NUMBERS; i++) {
            page.putLong(BUFFER + Long.BYTES * i, 0);
        }
        call(GET_DATA, "counts");
    }

    /** 0 ends it. */
    private void delay(long milliseconds) throws IOException {
        page.putLong(BUFFER, milliseconds);
        call(DELAY_INTERRUPTS, "delay of " + milliseconds + " ms");
    }

    /** The hypervisor overwrites the number of numbers with how many it had. */
    private void call(int command, String what) throws IOException {
        page.putInt(COMMAND, command);
        page.putInt(COUNT, NUMBERS);
        hsm.call(Ioctl.VM_INTR_MONITOR, memory.address(), what);
    }

    private void remember() {
        for (int i = 0; i < NUMBERS; i++) {
            last[i] = number(i);
        }
    }

    private long number(int index) {
        return page.getLong(BUFFER + Long.BYTES * index);
    }

    /** Lines that moved since the last look are judged at the next. */
    private boolean storm() {
        for (int i = 0; i < NUMBERS; i += 2) {
            long more = number(i + 1) - last[i + 1];
            if (number(i) == last[i] && more > limits.threshold() * limits.period()) {
                complaints.add(
                        Ioctl.VM_INTR_MONITOR,
                        "IRQ %d: %d interrupts in %d s, a storm; each is delayed by %d ms for %d ms"
                                .formatted(
                                        number(i),
                                        more,
                                        limits.period(),
                                        limits.delay(),
                                        limits.duration()));
                return true;
            }
        }
        return false;
    }

    /** Returns when no call is under way, and none will be. */
    @Override
    public void close() {
        end.countDown();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
