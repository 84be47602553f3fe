package io.trapline.virtioblk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.trapline.virtio.Played;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One device is installed in one machine after another: what the first has left behind is no part of the second. */
class ReinstalledTest {
    private static final int DEPTH = 4;

    private final NumberedImage image = new NumberedImage();
    private final Deque<Runnable> workers = new ArrayDeque<>();
    private long hostNanos;

    private BlockDevice device() throws IOException {
        Settings settings = new Settings(1, 256, DEPTH, false, 512, 512, 0, "");
        return new BlockDevice(settings, image, workers::add, () -> hostNanos += 1_000_000);
    }

    /** A driver whose next requests are for workers. */
    private BlockDriver slow(BlockDevice device) {
        BlockDriver driver =
                new BlockDriver(Played.of(true, device)).start(BlockDriver.F_FLUSH, 1, 64);
        for (int i = 0; i < 3; i++) {
            assertEquals(0, driver.request(BlockDriver.IN, 0, 512));
        }
        return driver;
    }

    private void work() {
        while (!workers.isEmpty()) {
            workers.remove().run();
        }
    }

    @ParameterizedTest(name = "done before the second machine is there={0}")
    @ValueSource(booleans = {true, false})
    void goesOnWhereTheFirstMachineEndedWithRequestsInFlight(boolean early) throws IOException {
        BlockDevice device = device();
        BlockDriver first = slow(device);
        for (int slot = 0; slot < DEPTH; slot++) {
            first.send(0, slot, BlockDriver.IN, 50 + slot, 512);
        }
        List<Runnable> late = new ArrayList<>(workers);
        workers.clear();
        assertEquals(DEPTH, late.size());
        if (early) {
            late.forEach(Runnable::run); // and nobody reaps it
        }
        BlockDriver second = slow(device);
        for (int slot = 0; slot < DEPTH; slot++) {
            second.send(0, slot, BlockDriver.IN, 100 + slot, 512);
        }
        if (!early) {
            late.forEach(Runnable::run);
            assertEquals(List.of(), second.played.board.mailbox(), "it is not told");
            assertEquals(List.of(), second.back(0));
        }
        work();
        assertEquals(List.of(0, 1, 2, 3), second.back(0));
        for (int slot = 0; slot < DEPTH; slot++) {
            assertEquals(100 + slot, second.get(slot, 1)[0]);
        }
    }

    /** More than a depth of writes: none goes into, or comes from, the RAM of the machine before. */
    @Test
    void readsAndWritesTheMemoryOfItsMachineAlone() throws IOException {
        BlockDevice device = device();
        BlockDriver first = slow(device);
        BlockDriver second = slow(device);
        byte[] before = first.get(0, 0x4000);
        for (int slot = 0; slot < 3 * DEPTH; slot++) {
            second.send(0, slot, BlockDriver.IN, 100 + slot, 512);
        }
        int count = 0;
        while (!workers.isEmpty()) {
            assertEquals(DEPTH, Math.max(DEPTH, workers.size()), "no more than its depth");
            work();
            count += second.back(0).size();
        }
        assertEquals(3 * DEPTH, count);
        for (int slot = 0; slot < 3 * DEPTH; slot++) {
            assertEquals(100 + slot, second.get(slot, 1)[0], "slot " + slot);
        }
        assertArrayEquals(before, first.get(0, 0x4000));
    }

    /** A thread that was given up while it waited for a worker holds up nothing. */
    @Test
    void isNotHeldUpByWhoStillWaitsInTheFirstMachine() throws Exception {
        BlockDevice device = device();
        BlockDriver first = slow(device);
        first.send(0, 0, BlockDriver.IN, 5, 512);
        Runnable late = workers.remove();
        Thread saving = new Thread(() -> first.played.plug.save(), "waits");
        saving.start();
        while (saving.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        BlockDriver second = slow(device);
        second.send(0, 1, BlockDriver.IN, 9, 512);
        work();
        assertEquals(List.of(1), second.back(0));
        late.run();
        saving.join();
        second.send(0, 2, BlockDriver.IN, 11, 512);
        work();
        assertEquals(List.of(2), second.back(0));
    }
}
