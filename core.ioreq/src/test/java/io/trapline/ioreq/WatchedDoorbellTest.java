package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.trapline.device.Claim;
import io.trapline.device.DoorbellListener;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A doorbell whose device can see for itself: its thread, which is this one, stays and asks. */
class WatchedDoorbellTest {
    private final List<String> told = new ArrayList<>();
    private TestMachine test;
    private int due; // so often there is something to do when it is asked
    private int asked;
    private Runnable onAsked = () -> {};
    private Plug plug;

    @BeforeEach
    void start() throws Exception {
        start(2);
    }

    private void start(int processors) throws Exception {
        test = new TestMachine(1, new ByHand(processors));
        test.vm.signals = true;
    }

    @AfterEach
    void end() {
        test.close();
    }

    private Runnable eventfd() {
        TestDevice device = new TestDevice(b -> {});
        plug =
                test.plug(
                        "disk",
                        device.with(
                                b -> {
                                    Claim claim = b.memory(0xFEB0_0000L, 0x100, device);
                                    b.doorbell(
                                            claim, 0x50, 2, OptionalLong.empty(), new Listener());
                                }));
        told.clear(); // what was rung when it came
        return test.vm.bells.get(0).rung();
    }

    private final class Listener implements DoorbellListener {
        @Override
        public void rung(boolean watched) {
            told.add(watched ? "watched" : "rung");
        }

        @Override
        public boolean due() {
            asked++;
            onAsked.run();
            return due > 0 && due-- > 0;
        }
    }

    @Test
    void isOnlyRungWhereTheBackendHasNoTimeToSpare() {
        Runnable eventfd = eventfd();
        due = 3;
        for (int i = 0; i < 100; i++) {
            eventfd.run();
        }
        assertEquals(100, told.size());
        assertEquals(List.of("rung"), told.stream().distinct().toList());
    }

    @Test
    void isAskedWhileItRingsOftenEnough() {
        test.vm.threads = true;
        Runnable eventfd = eventfd();
        eventfd.run();
        assertEquals(List.of("rung"), told, "the first: who knows when the next comes");
        told.clear();
        due = 2;
        eventfd.run();
        assertEquals(List.of("watched", "watched", "watched", "rung"), told);
    }

    @Test
    void isOnlyRungWhereTheGuestHasTheOnlyProcessor() throws Exception {
        test.close();
        start(1);
        test.vm.threads = true;
        Runnable eventfd = eventfd();
        due = 2;
        for (int i = 0; i < 100; i++) {
            eventfd.run();
        }
        assertEquals(List.of("rung"), told.stream().distinct().toList());
        assertEquals(2, due);
    }

    @Test
    void aRequestThatRingsIsNotWatched() {
        test.vm.threads = true;
        eventfd();
        due = 1;
        for (int i = 0; i < 100; i++) {
            test.vm.store(0xFEB0_0050L, 2, 0);
        }
        assertEquals(List.of("rung"), told.stream().distinct().toList());
        assertEquals(1, due);
    }

    @Test
    void isNotAskedWhileItsDeviceIsHeld() {
        test.vm.threads = true;
        Runnable eventfd = eventfd();
        eventfd.run();
        test.machine.unplug(plug);
        told.clear();
        due = 1_000;
        eventfd.run();
        assertEquals(0, asked);
        assertEquals(List.of(), told);
    }

    @Test
    void isAskedNoMoreOnceItsDeviceIsHeld() {
        test.vm.threads = true;
        Runnable eventfd = eventfd();
        eventfd.run();
        told.clear();
        due = 1_000;
        onAsked = () -> test.machine.unplug(plug);
        eventfd.run();
        assertEquals(1, asked);
        assertEquals(List.of("watched"), told);
    }

    @Test
    void isAFaultOfTheDeviceWhenItThrowsAndTheWatchIsOver() {
        test.vm.threads = true;
        Runnable eventfd = eventfd();
        eventfd.run();
        told.clear();
        onAsked =
                () -> {
                    throw new IllegalStateException("on purpose");
                };
        eventfd.run();
        assertEquals(List.of("watched", "rung"), told, "the guest is asked to ring again");
        assertEquals(1, test.device("disk").faults());
        onAsked = () -> {};
        told.clear();
        eventfd.run();
        assertEquals("watched", told.get(0), "and may be watched again");
    }
}
