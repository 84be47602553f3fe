package io.trapline.rtc;

import static io.trapline.rtc.RtcRegister.A;
import static io.trapline.rtc.RtcRegister.B;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.trapline.rtc.RtcRegister.RegisterB;
import io.trapline.tck.Shown;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What {@code device:inspect} shows of the clock: time, rates, next events. */
class RtcOutlookTest {
    private static final long SECOND = Pc.SECOND;
    private static final String NEXT = "next, ns from now/";

    private final Pc pc = new Pc().atSecond().set("2020-02-28T12:34:56", 6);

    private Map<String, Object> shown() {
        return Shown.of(pc.rtc::inspect);
    }

    @Test
    void tellsTimeRatesAndNextEvents() {
        pc.write(A, Pc.DV_32768_HZ | 13);
        pc.setAlarm(0x12, 0x35, 0x00);
        pc.time.advance(SECOND / 5);

        assertEquals("2020-02-28 12:34:56, day 6 of the week", shown().get("time"));
        assertEquals(SECOND / 5, shown().get("nanoseconds into the second"));
        assertEquals("1 Hz", shown().get("update rate"));
        assertEquals("8 Hz", shown().get("periodic rate"));
        assertEquals(SECOND * 4 / 5, shown().get(NEXT + "update"));
        assertEquals(SECOND * 19 / 5, shown().get(NEXT + "alarm, at the earliest"));
        assertEquals(SECOND / 20, shown().get(NEXT + "periodic interrupt"));
    }

    @Test
    void tellsThatThereWillBeNone() {
        pc.write(A, Pc.DV_32768_HZ);
        pc.write(B, RegisterB.SET);

        assertEquals("none", shown().get("update rate"));
        assertEquals("none", shown().get("periodic rate"));
        assertFalse(shown().keySet().stream().anyMatch(name -> name.startsWith(NEXT)));
    }

    @Test
    void changesNothing() {
        pc.time.advance(SECOND);
        shown();
        assertEquals(0x10, pc.read(RtcRegister.C));
    }
}
