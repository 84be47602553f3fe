package io.trapline.uart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.trapline.device.Timers;
import io.trapline.tck.TestBoard;
import io.trapline.uart.UartRegister.Fcr;
import io.trapline.uart.UartRegister.Ier;
import io.trapline.uart.UartRegister.Mcr;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A character costs no memory, in either mode, and a UART two timers. */
class UartAllocationTest {
    private static final int CHARACTERS = 20_000;

    /** Two timers and a time, and nothing that allocates. */
    private static final class BareTimers implements Timers {
        private final BareTimer[] timers = new BareTimer[2];
        private int count;
        private long now;

        @Override
        public long now() {
            return now;
        }

        @Override
        public Timer timer(Runnable expired) {
            return timers[count++] = new BareTimer(expired);
        }

        void advance(long nanos) {
            now += nanos;
            for (int i = 0; i < count; i++) {
                if (timers[i].armed && timers[i].deadline <= now) {
                    timers[i].armed = false;
                    timers[i].expired.run();
                }
            }
        }
    }

    private static final class BareTimer implements Timers.Timer {
        private final Runnable expired;
        private boolean armed;
        private long deadline;

        BareTimer(Runnable expired) {
            this.expired = expired;
        }

        @Override
        public void at(long when) {
            armed = true;
            deadline = when;
        }

        @Override
        public void cancel() {
            armed = false;
        }

        @Override
        public boolean armed() {
            return armed;
        }

        @Override
        public long deadline() {
            return deadline;
        }
    }

    private final BareTimers time = new BareTimers();

    @ParameterizedTest(name = "timed: {0}")
    @ValueSource(booleans = {false, true})
    void isNone(boolean timed) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        assumeTrue(threads.isThreadAllocatedMemorySupported());
        Uart uart = new Uart(new TestBoard("com1").interrupt(4), time, new FakeChardev(), timed);
        uart.reset();
        uart.write(UartRegister.FCR.offset, 1, Fcr.ENABLE);
        uart.write(UartRegister.IER.offset, 1, Ier.MASK);
        uart.write(UartRegister.MCR.offset, 1, Mcr.LOOP);
        loop(uart);
        long thread = Thread.currentThread().getId();
        long before = threads.getThreadAllocatedBytes(thread);

        loop(uart);

        long bytes = threads.getThreadAllocatedBytes(thread) - before;
        assertTrue(bytes < CHARACTERS, bytes + " bytes for " + CHARACTERS + " characters");
    }

    private void loop(Uart uart) {
        for (int i = 0; i < CHARACTERS; i++) {
            uart.write(UartRegister.THR.offset, 1, i & 0xFF);
            time.advance(1_000_000_000);
            if (uart.read(UartRegister.RBR.offset, 1) != (i & 0xFF)) {
                throw new AssertionError("not looped back: " + i);
            }
        }
    }

    @Test
    void isTwoTimersAUart() {
        new Uart(new TestBoard("com1").interrupt(4), time, new FakeChardev(), true);

        assertEquals(2, time.count);
    }
}
