package io.trapline.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.hypervisor.RamRange;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The memory of a PC, seen by its guest and by the core. */
@Timeout(60)
class SimRamTest {
    private static final long GIB = 1L << 30;

    @ParameterizedTest(name = "{0} MiB")
    @CsvSource({
        "2, 0-a0000 100000-200000",
        "3072, 0-a0000 100000-c0000000",
        "5120, 0-a0000 100000-c0000000 100000000-180000000",
    })
    void liesAroundTheHoles(long mebibytes, String expected) throws Exception {
        SimRam ram = SimRam.map("t", mebibytes << 20);
        List<String> ranges =
                ram.ranges().stream()
                        .map(r -> "%x-%x".formatted(r.address(), r.address() + r.length()))
                        .toList();

        assertEquals(expected, String.join(" ", ranges));
        for (RamRange range : ram.ranges()) {
            long left = range.length();
            for (var window : range.windows()) {
                assertTrue(window.isDirect());
                assertEquals(ByteOrder.LITTLE_ENDIAN, window.order());
                assertEquals(Math.min(left, RamRange.WINDOW), window.capacity());
                left -= window.capacity();
            }
            assertEquals(0, left);
        }
    }

    @ParameterizedTest(name = "{0} + {1}: {2}")
    @CsvSource({
        "0x9FFFC, 4, true",
        "0x9FFFD, 4, false",
        "0xA0000, 1, false",
        "0xFFFFF, 2, false",
        "0x100000, 8, true",
        "0x1FFFFF, 1, true",
        "0x1FFFFF, 2, false",
        "-1, 1, false",
        "-0x8000000000000000, 8, false",
        "0x7FFFFFFFFFFFFFFF, 1, false",
    })
    void holdsWhatIsWhollyInside(String address, int width, boolean held) throws Exception {
        assertEquals(held, SimRam.map("t", 2 << 20).holds(Long.decode(address), width));
    }

    @Test
    void isTheSameForTheGuestAndTheCore() throws Exception {
        try (TestCore core =
                new TestCore(
                        cpu -> {
                            cpu.store(0x1001, 8, 0x8877_6655_4433_2211L);
                            long sum = 0;
                            for (int width : new int[] {1, 2, 4, 8}) {
                                cpu.out(width, 4, cpu.load(0x1001, width));
                                sum += cpu.load(0x1001, width);
                            }
                            cpu.out(0x10, 4, sum);
                        },
                        1)) {
            core.start().awaitStop();

            assertEquals(
                    List.of(
                            "0 write 1/4 11",
                            "0 write 2/4 2211",
                            "0 write 4/4 44332211",
                            "0 write 8/4 44332211",
                            "0 write 10/4 88666644"),
                    core.trace);
            assertEquals(
                    0x8877_6655_4433_2211L, core.vm.ram().get(0).windows().get(0).getLong(0x1001));
        }
    }

    @Test
    void goesOnAcrossWindowsAndAbove4G() throws Exception {
        SimRam ram = SimRam.map("t", 5 * GIB);
        for (long address : new long[] {0x10_0000 + GIB - 3, 0x10_0000 + 2 * GIB - 1, 4 * GIB}) {
            ram.store(address, 8, 0x0102_0304_0506_0708L + address);
            assertEquals(0x0102_0304_0506_0708L + address, ram.load(address, 8));
        }
        assertEquals(0, ram.load(5 * GIB - 8, 8));
    }
}
