package io.trapline.acrn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.Pointer;
import io.trapline.acrn.InterruptMonitor.Limits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code struct acrn_intr_monitor} of acrn_common.h, and the steps of acrn-dm's {@code --intr_monitor}. */
class InterruptMonitorTest {
    private static final int GET_DATA = 0;
    private static final Limits LIMITS = Limits.parse("1000,100000,3,250");
    private static final long PERIOD = 100_000_000; // milliseconds, and interrupts

    private final List<String> calls = new ArrayList<>();
    private long irq = 33;
    private long count = 7;

    /** Plays the hypervisor: a passed-through device's interrupts so far. */
    private void answer(Ioctl ioctl, long address, String arguments) {
        Pointer page = new Pointer(address);
        assertEquals(Ioctl.VM_INTR_MONITOR, ioctl);
        assertEquals(0, address % 4096);
        assertEquals(InterruptMonitor.NUMBERS, page.getInt(4));
        if (page.getInt(0) == GET_DATA) {
            calls.add(arguments);
            page.setInt(4, 4);
            page.setLong(InterruptMonitor.BUFFER, 1);
            page.setLong(InterruptMonitor.BUFFER + 8, 1);
            page.setLong(InterruptMonitor.BUFFER + 16, irq);
            page.setLong(InterruptMonitor.BUFFER + 24, count);
        } else {
            calls.add(page.getInt(0) + ":" + page.getLong(InterruptMonitor.BUFFER));
        }
    }

    @Test
    void delaysInterruptsWhileThereIsAStorm() throws Exception {
        try (InterruptMonitor monitor =
                new InterruptMonitor("one", this::answer, new Complaints(), LIMITS)) {
            count += PERIOD;
            assertEquals(PERIOD, monitor.step());
            count += PERIOD + 1;
            assertEquals(250, monitor.step());
            assertEquals(2000, monitor.step());
            count += 2 * PERIOD;
            assertEquals(PERIOD, monitor.step()); // counts anew
            assertEquals(PERIOD, monitor.step());
            irq = 34; // another device now
            count += 2 * PERIOD;
            assertEquals(PERIOD, monitor.step());
        }
        assertEquals(
                List.of("counts", "counts", "counts", "1:3", "1:0", "counts", "counts", "counts"),
                calls);
    }

    @Test
    void hasAThreadThatEndsFirst() throws Exception {
        InterruptMonitor monitor =
                new InterruptMonitor("one", this::answer, new Complaints(), LIMITS);
        assertTrue(running());
        monitor.close();
        assertEquals(false, running());
        monitor.close();
    }

    private static boolean running() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals("acrn-one-interrupts"));
    }

    @Test
    void isNotStartedIfTheFirstLookIsRefused() {
        assertThrows(
                IOException.class,
                () ->
                        new InterruptMonitor(
                                "two",
                                (ioctl, page, arguments) -> {
                                    throw new IOException("refused");
                                },
                                new Complaints(),
                                LIMITS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "1,2,3", "1,0,3,4", "1,2,3,-4", "a,2,3,4", "1,2,3,4,5"})
    void refusesOtherLimits(String text) {
        assertThrows(IllegalArgumentException.class, () -> Limits.parse(text));
    }
}
