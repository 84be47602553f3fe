package io.trapline.rtc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.device.DeviceState;
import io.trapline.tck.TestBoard;
import io.trapline.tck.TestClaim;
import io.trapline.tck.TestMemory;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The component: what it takes of the machine and of the host, and what it gives back. */
class RtcDeviceTest {
    private TestBoard board = new TestBoard("rtc");
    private final HostClock host = new HostClock();

    /** The host's clock, set by hand; its zone is two hours and a half ahead of UTC. */
    private static final class HostClock extends Clock {
        private Instant now = Instant.parse("2020-02-28T22:15:30.250Z");
        private ZoneId zone = ZoneId.of("+02:30");

        @Override
        public ZoneId getZone() {
            return zone;
        }

        @Override
        public Clock withZone(ZoneId wanted) {
            HostClock other = new HostClock();
            other.now = now;
            other.zone = wanted;
            return other;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    private int in(int index) {
        board.out(0x70, index);
        return board.in(0x71);
    }

    private void out(int index, int value) {
        board.out(0x70, index);
        board.out(0x71, value);
    }

    private String time() {
        return String.format("%02x-%02x %02x:%02x:%02x", in(8), in(7), in(4), in(2), in(0));
    }

    private RtcDevice on(Object... settings) {
        RtcDevice device = new RtcDevice(config(settings), host);
        device.install(board);
        device.reset();
        return device;
    }

    @Test
    void claimsItsPortsAndPostsTheIndex() {
        on();

        assertEquals("port 0x70+2", board.claim().toString());
        assertFalse(board.line(8).raised());
        assertEquals(List.of(new TestClaim.PostedZone(0, 1)), board.claim().posted());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "utc,                 02-28 22:15:30",
        "localtime,           02-29 00:45:30",
        "2031-07-08T09:10:11, 07-08 09:10:11",
        "2031-07-08,          07-08 00:00:00",
    })
    void beginsAtItsBase(String base, String shown) {
        on("base", base);
        assertEquals(shown, time());
    }

    /** With the host's fraction of a second. */
    @Test
    void beginsInsideTheSecond() {
        on();
        board.time().advance(749_999_999);
        assertEquals("02-28 22:15:30", time());
        board.time().advance(1);
        assertEquals("02-28 22:15:31", time());
    }

    /** Case: the host's clock steps back. The guest's time is the machine's. */
    @ParameterizedTest(name = "{0} s")
    @ValueSource(longs = {-86_400, -1, 1, 86_400})
    void doesNotFollowTheHostsClock(long step) {
        RtcDevice device = on();
        host.now = host.now.plusSeconds(step);
        board.time().advance(10_000_000_000L);
        assertEquals("02-28 22:15:40", time());
        device.reset();
        assertEquals("02-28 22:15:40", time());
    }

    @ParameterizedTest(name = "base = {0}")
    @ValueSource(
            strings = {"", "UTC", "yesterday", "2020-02-30", "2020-02-28T25:00:00", "+12020-01-01"})
    void isRefusedWithABaseThatIsNone(String base) {
        var e = assertThrows(IllegalArgumentException.class, () -> on("base", base));
        assertTrue(
                e.getMessage().startsWith("base = \"" + base + "\", wanted utc"), e.getMessage());
        assertEquals(List.of(), board.claims());
    }

    @Test
    void isRefusedWithAnotherPolicy() {
        var e = assertThrows(IllegalArgumentException.class, () -> on("ticks", "catchup"));
        assertEquals("ticks = \"catchup\", wanted discard or slew", e.getMessage());
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"discard, 1", "slew, 64"})
    void givesMissedTicksAsItIsTold(String ticks, int expected) {
        on("ticks", ticks);
        in(0x0C);
        out(0x0A, 0x2A);
        out(0x0B, 0x42);
        board.time().advance(1_000_000_000);
        int given = 0;
        while ((in(0x0C) & 0x40) != 0) {
            given++;
        }
        assertEquals(expected, given);
    }

    @Test
    void tellsTheMachinesMemory() {
        board = new TestBoard("rtc", new TestMemory(5L << 30));
        on();
        assertEquals(0x80, in(0x15));
        assertEquals(0x02, in(0x16));
        assertEquals(0xFF, in(0x17));
        assertEquals(0xFF, in(0x31));
        assertEquals(0x00, in(0x34));
        assertEquals(0xBF, in(0x35));
        assertEquals(0x80, in(0x5C), "2 GiB above 4 GiB");
    }

    @Test
    void handsItsStateToItsSuccessor() {
        RtcDevice device = on();
        out(0x40, 0x5A);
        board.time().advance(5_000_000_000L);
        DeviceState state = device.save();
        device.deactivate();

        RtcDevice successor = new RtcDevice(config("base", "1999-01-01"), host);
        board = board.successor();
        successor.install(board);
        successor.restore(state);

        assertEquals("rtc.mc146818a", state.schema());
        assertEquals(1, state.version());
        assertEquals("02-28 22:15:35", time());
        assertEquals(0x5A, in(0x40));
    }

    @Test
    void keepsItsRamInAFile(@TempDir Path folder) {
        String path = folder.resolve("cmos").toString();
        RtcDevice device = on("nvram", path);
        out(0x40, 0x5A);
        device.deactivate();

        board = board.successor();
        on("nvram", path).deactivate();

        assertEquals(0x5A, in(0x40));
        assertEquals(0x80, in(0x0D));
        assertEquals(0, board.mailbox().size());
    }

    /** The datasheet's word for a file that is lost: VRT is 0, until register D is read. */
    @Test
    void saysThatABrokenFileIsLost(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("cmos");
        Files.writeString(path, "not mine");

        RtcDevice device = on("nvram", path.toString());

        assertEquals("02-28 22:15:30", time());
        assertEquals(0x00, in(0x0D));
        assertEquals(0x80, in(0x0D));
        var fault = assertThrows(IllegalStateException.class, board::run);
        assertTrue(fault.getMessage().startsWith("NVRAM: " + path), fault.getMessage());
        device.deactivate();
    }

    @Test
    void givesTheFileToItsSuccessor(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("cmos");
        RtcDevice device = on("nvram", path.toString());
        out(0x40, 0x5A);
        DeviceState state = device.save();
        device.deactivate();

        RtcDevice successor = new RtcDevice(config("nvram", path.toString()), host);
        board = board.successor();
        successor.install(board);
        successor.restore(state);
        out(0x41, 0xA5);
        successor.deactivate();

        byte[] kept = new NvramFile(path).read();
        assertEquals(0x5A, kept[0x40 - NvramFile.FIRST]);
        assertEquals((byte) 0xA5, kept[0x41 - NvramFile.FIRST]);
    }

    @Test
    void isRefusedWhenItsPortsAreTaken() {
        board.takePorts("cmos", 0x71, 1);
        var e = assertThrows(IllegalArgumentException.class, () -> on());
        assertTrue(e.getMessage().startsWith("port range taken: wanted=port 0x70+2"));
    }

    /** Made as Declarative Services makes one; what is not here has no value. */
    private static RtcDevice.Config config(Object... settings) {
        Map<String, Object> values = new HashMap<>();
        values.put("machine", "main");
        values.put("port", 0x70);
        values.put("irq", 8);
        values.put("base", "utc");
        values.put("ticks", "discard");
        for (int i = 0; i < settings.length; i += 2) {
            values.put((String) settings[i], settings[i + 1]);
        }
        return (RtcDevice.Config)
                Proxy.newProxyInstance(
                        RtcDevice.class.getClassLoader(),
                        new Class<?>[] {RtcDevice.Config.class},
                        (proxy, method, arguments) -> values.get(method.getName()));
    }
}
