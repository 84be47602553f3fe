package io.trapline.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.trapline.machine.DeviceRow;
import java.util.Hashtable;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.osgi.service.cm.Configuration;

/** A configuration {@code devices.rtc~NAME} makes a clock, and another one its successor. */
class RtcTest {
    private static final int INDEX = 0x70;
    private static final int DATA = 0x71;
    private static final int YEAR = 0x09;
    private static final int RAM = 0x40;

    private final MachineFixture fixture = new MachineFixture();

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    @Test
    void tellsTheTimeThatItIsConfiguredWith() throws Exception {
        Probe guest = fixture.simulated("m");
        Configuration configuration =
                fixture.configure(
                        "devices.rtc",
                        "rtc",
                        Map.of("machine", "m", "base", "2031-07-08T09:10:11"));
        awaitServing(0);

        assertEquals(0x31, read(guest, YEAR));
        guest.out(INDEX, RAM);
        guest.out(DATA, 0x5A);

        configuration.update(
                new Hashtable<>(Map.of("machine", "m", "name", "rtc", "ticks", "slew")));
        awaitServing(1);
        assertEquals(0x31, read(guest, YEAR), "its state, and not its base");
        assertEquals(0x5A, read(guest, RAM));
    }

    private void awaitServing(int swaps) throws Exception {
        fixture.await(
                "the clock serves",
                () -> {
                    DeviceRow row = fixture.device("m", "rtc");
                    return row != null
                            && row.state() == DeviceRow.State.SERVING
                            && row.swaps() == swaps;
                });
    }

    private static long read(Probe guest, int index) throws Exception {
        guest.out(INDEX, index);
        return guest.in(DATA);
    }
}
