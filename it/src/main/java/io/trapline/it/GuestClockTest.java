package io.trapline.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.machine.DeviceRow;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Hashtable;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.service.cm.Configuration;

/**
 * The test guest reads devices.rtc and prints through devices.uart: of machine code on KVM, its twin on the simulator.
 */
class GuestClockTest {
    private static final String MACHINE = "m";
    private static final String PROMPT = "\r\n> ";
    private static final LocalDateTime BASE = LocalDateTime.of(2024, 2, 28, 23, 59, 58);
    private static final DateTimeFormatter SHOWN =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");

    private final MachineFixture fixture = new MachineFixture();
    private SerialLine com1;
    private Configuration clock;
    private long powerOn;

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    private void powerOn(String backend) throws Exception {
        Needs.backend(backend);
        clock =
                fixture.configure(
                        "devices.rtc", "rtc", Map.of("machine", MACHINE, "base", BASE.toString()));
        com1 = fixture.uart(MACHINE);
        powerOn = System.nanoTime();
        fixture.monitor(MACHINE, backend);
        com1.until("trapline guest: ready\r\n> ");
    }

    /** What it answers to a line. */
    private String answer(String line) throws InterruptedException {
        com1.type(line + "\r").until(line + "\r\n");
        return com1.until(PROMPT);
    }

    /** The clock began no earlier than power-on was asked for, so it cannot be further than the host's is. */
    private void assertIsNow(String date) {
        LocalDateTime time = LocalDateTime.parse(date, SHOWN);
        LocalDateTime latest = BASE.plus(Duration.ofNanos(System.nanoTime() - powerOn));

        assertFalse(time.isBefore(BASE), date);
        assertFalse(time.isAfter(latest), date + " is after " + latest);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sim", "kvm"})
    void readsTheTimeAndPrintsIt(String backend) throws Exception {
        powerOn(backend);

        String first = answer("date");
        assertIsNow(first);
        String date = first;
        while (date.compareTo("2024-02-29 00:00:01") < 0) {
            String next = answer("date");
            assertTrue(next.compareTo(date) >= 0, next + " after " + date);
            assertIsNow(next);
            date = next;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sim", "kvm"})
    void readsAndWritesItsBytes(String backend) throws Exception {
        powerOn(backend);

        assertEquals("= 26", answer("cmos a"));
        assertEquals("= 80", answer("cmos d"), "VRT");
        assertEquals("= 20", answer("cmos 32"), "century");
        assertEquals("= 80", answer("cmos 15"), "640 KiB of base memory");
        assertEquals("= 02", answer("cmos 16"));
        assertEquals("ok", answer("cmos 50 a5"));
        assertTrue(answer("cmos").contains("\r\n50: a5 00 00"));
        assertEquals("ok", answer("cmos b 6"));
        assertIsNow(answer("date"));
        assertEquals("= 18", answer("cmos 9"), "the year in binary");
        assertEquals("ok", answer("cmos b 4"));
        assertIsNow(answer("date"));
    }

    /** At 2 Hz; a host that stops the guest for half a second makes it miss flags, so it may try again. */
    @ParameterizedTest
    @ValueSource(strings = {"sim", "kvm"})
    void countsThePeriodicFlagsOfTwoSeconds(String backend) throws Exception {
        powerOn(backend);
        assertEquals("ok", answer("cmos a 2f"));

        String counted = answer("ticks 2");
        for (int again = 0; again < 5 && !counted.equals("2 updates, 4 periodic"); again++) {
            assertTrue(counted.matches("2 updates, [23] periodic"), counted);
            counted = answer("ticks 2");
        }
        assertEquals("2 updates, 4 periodic", counted);
    }

    /** The guest has lines to obey all the time, while the clock is replaced under it again and again. */
    @ParameterizedTest
    @ValueSource(strings = {"sim", "kvm"})
    void goesOnReadingWhileTheClockIsReplaced(String backend) throws Exception {
        powerOn(backend);
        answer("cmos 50 a5");
        Bundle bundle = fixture.bundle("io.trapline.devices.rtc");
        String date = answer("date");
        for (int swap = 1; swap <= 6; swap++) {
            com1.type("date\r".repeat(20));
            if (swap % 2 == 1) {
                bundle.update();
            } else {
                clock.update(new Hashtable<>(settings(swap)));
            }
            awaitSwap(swap);
            for (int i = 0; i < 20; i++) {
                com1.until("date\r\n");
                String next = com1.until(PROMPT);
                assertIsNow(next);
                assertTrue(next.compareTo(date) >= 0, next + " after " + date);
                date = next;
            }
            assertEquals("= a5", answer("cmos 50"));
        }
        assertEquals(0, fixture.device(MACHINE, "rtc").faults());
    }

    private static Map<String, Object> settings(int swap) {
        String ticks = swap % 4 == 0 ? "discard" : "slew";
        return Map.of("machine", MACHINE, "name", "rtc", "ticks", ticks, "base", "1999-12-31");
    }

    private void awaitSwap(int swaps) throws Exception {
        fixture.await(
                "the clock was replaced " + swaps + " times",
                () -> {
                    DeviceRow row = fixture.device(MACHINE, "rtc");
                    return row != null
                            && row.state() == DeviceRow.State.SERVING
                            && row.swaps() == swaps;
                });
    }
}
