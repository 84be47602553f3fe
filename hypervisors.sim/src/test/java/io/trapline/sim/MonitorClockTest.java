package io.trapline.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** guest/README.md, "Commands": those that look at the RTC. */
@Timeout(60)
class MonitorClockTest {
    private static final int ENOUGH = 1_000_000;
    private static final long SECOND = 1_000_000_000;
    private static final int A = 0x0A;
    private static final int B = 0x0B;
    private static final int C = 0x0C;
    private static final int CENTURY = 0x32;

    private TestCore core;
    private ModelUart uart;
    private ModelRtc rtc;
    private DeterministicMachine steps;

    @BeforeEach
    void powerOn() throws IOException {
        core = new TestCore(Map.of(), "monitor", TestCore.MEMORY, 1, "deterministic=true");
        uart = new ModelUart().plugInto(core);
        rtc = new ModelRtc(core, uart);
        rtc.set(0, 0x56, 0, 0x34, 0, 0x12, 0, 1, 0x22, 0x11, 0x26, 0x26, 0x02).set(CENTURY, 0x20);
        steps = new DeterministicMachine(core.vm);
        core.start();
        steps.run(ENOUGH);
    }

    @AfterEach
    void powerOff() {
        core.close();
    }

    /** What it answers to a line, once it rests again. */
    private String after(String typed) {
        int begin = uart.output.length();
        uart.type(typed + "\r");
        for (int i = 0; i < 100; i++) {
            steps.advance(SECOND);
            assertTrue(steps.run(ENOUGH) < ENOUGH, "it never rests");
        }
        String answer = uart.output.substring(begin);
        assertTrue(answer.startsWith(typed + "\r\n"), answer);
        return answer.substring(typed.length() + 2);
    }

    // spotless:off
    @ParameterizedTest(name = "B = {0}, hours {1}, minutes {2}: {3}")
    @CsvSource({
        "02, 12, 34, 2026-11-22 12:34:56",
        "02, 00, 59, 2026-11-22 00:59:56",
        "00, 12, 34, 2026-11-22 00:34:56",
        "00, 01, 34, 2026-11-22 01:34:56",
        "00, 92, 34, 2026-11-22 12:34:56",
        "00, 91, 34, 2026-11-22 23:34:56",
        "06, 0F, 10, 3238-17-34 15:16:86",
        "04, 8B, 10, 3238-17-34 23:16:86",
        "04, 8C, 10, 3238-17-34 12:16:86",
        "02, FF, AA, 2026-11-22 65:10:56",
    })
    // spotless:on
    void tellsTheTimeInEachFormat(String b, String hours, String minutes, String shown) {
        rtc.set(B, Integer.parseInt(b, 16));
        rtc.set(2, Integer.parseInt(minutes, 16)).set(4, Integer.parseInt(hours, 16));

        assertEquals(shown + "\r\n> ", after("date"));
    }

    @Test
    void waitsForTheEndOfAnUpdate() {
        rtc.next(A, 0xA6, 0xA6, 0xA6, 0x26).next(0, 0x57, 0x57);

        assertEquals("2026-11-22 12:34:57\r\n> ", after("date"));
    }

    @Test
    void readsAgainWhatChangedMeanwhile() {
        rtc.next(0, 0x59, 0x00, 0x00, 0x00);

        assertEquals("2026-11-22 12:34:00\r\n> ", after("date"));
    }

    @Test
    void readsAndWritesBytes() {
        assertEquals("= 22\r\n> ", after("cmos 7"));
        assertEquals("ok\r\n> ", after("cmos 7f a5"));
        assertEquals("= a5\r\n> ", after("cmos 0x7F"));
        assertEquals(0xA5, rtc.bytes[0x7F]);
    }

    @Test
    void showsAllBytes() {
        String[] lines = after("cmos").split("\r\n");

        assertEquals("00: 56 00 34 00 12 00 01 22 11 26 26 02 00 00 00 00", lines[0]);
        assertEquals("30: 00 00 20 00 00 00 00 00 00 00 00 00 00 00 00 00", lines[3]);
        assertEquals("70: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00", lines[7]);
        assertEquals(9, lines.length);
    }

    /** The flags up to the first update are not counted, nor those at it. */
    @Test
    void countsPeriodicFlagsBetweenUpdates() {
        rtc.next(C, 0x40, 0x00, 0x50, 0x40, 0x00, 0xC0, 0x50, 0x40, 0x70);

        assertEquals("2 updates, 5 periodic\r\n> ", after("ticks 2"));
    }

    @Test
    void aKeyStopsTheCount() {
        rtc.next(C, 0x10, 0x10, 0x10);
        uart.type("ticks 9\r!");
        for (int i = 0; i < 100; i++) {
            steps.advance(SECOND);
            steps.run(ENOUGH);
        }

        assertTrue(
                uart.output.toString().matches("(?s).*stopped at [0-2]\r\n> "),
                uart.output::toString);
    }
}
