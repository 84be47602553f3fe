package io.trapline.virtioblk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.trapline.tck.Shown;
import io.trapline.virtio.Played;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the host refuses is told to an administrator, not per request. */
class ComplaintsTest {
    private static final long MINUTE = 60_000_000_000L;

    private final NumberedImage image = new NumberedImage();
    private final List<String> log = new ArrayList<>();

    @Test
    void tellsTheFirstAndThenHowManyMore() throws IOException {
        BlockDevice device =
                new BlockDevice(Settings.USUAL, image, Runnable::run, () -> 0, log::add);
        BlockDriver driver =
                new BlockDriver(Played.of(true, device)).start(BlockDriver.F_FLUSH, 1, 64);
        image.broken = 512 * 3;
        for (int i = 0; i < 100; i++) {
            assertEquals(1, driver.request(BlockDriver.OUT, 3, 512));
        }
        String told =
                "disk virtio of machine main, image numbered: write of 512 bytes at sector 3: no"
                        + " space left on device";
        assertEquals(List.of(told), log);
        driver.played.board.time().advance(MINUTE);
        assertEquals(0, driver.request(BlockDriver.OUT, 4, 512));
        assertEquals(1, log.size());
        assertEquals(1, driver.request(BlockDriver.OUT, 3, 512));
        assertEquals(List.of(told, told + " (and 99 more before)"), log);
        for (int i = 0; i < 10; i++) {
            assertEquals(1, driver.request(BlockDriver.IN, 1L << 40, 512), "the guest's own fault");
        }
        assertEquals(2, log.size());
        Map<String, Object> shown = Shown.of(device::inspect);
        assertEquals(101L, shown.get("refused by the host"));
        assertEquals(111L, shown.get("errors"));
        assertEquals(
                "write of 512 bytes at sector 3: no space left on device",
                shown.get("last refused"));
    }
}
