package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.device.Claim;
import io.trapline.device.Doorbell;
import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.machine.ClientMode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** DESIGN section 4, doorbells and posted zones: with a backend that can, and with one that cannot. */
class DoorbellTest {
    private final ByHand hands = new ByHand();
    private final List<String> rung = new ArrayList<>();
    private TestMachine test;
    private Claim claim;
    private Doorbell bell;

    @BeforeEach
    void start() throws Exception {
        test = new TestMachine(1, hands);
    }

    @AfterEach
    void end() {
        test.close();
    }

    /** A queue's notify register at 0xFEB00050, 16 bits wide, ringing for queue 1. */
    private TestDevice queue(String name) {
        TestDevice device = new TestDevice(b -> {});
        return device.with(
                b -> {
                    claim = b.memory(0xFEB0_0000L, 0x100, device);
                    bell = b.doorbell(claim, 0x50, 2, OptionalLong.of(1), () -> rung.add(name));
                });
    }

    @Test
    void ringsByARequestWhereTheBackendCannot() {
        TestDevice device = queue("a");
        test.plug("disk", device);
        assertFalse(bell.exitless());

        test.vm.store(0xFEB0_0050L, 2, 1);
        test.vm.store(0xFEB0_0050L, 2, 0xFFFF_0001L); // as wide as the write
        assertEquals(List.of("a", "a"), rung);
        test.vm.store(0xFEB0_0050L, 2, 2);
        test.vm.store(0xFEB0_0050L, 4, 1);
        test.vm.store(0xFEB0_0052L, 2, 1);
        assertEquals(2, rung.size());
        assertEquals(1, device.cells[2], "another place: a write");
    }

    @Test
    void ringsWithoutARequestWhereTheBackendCan() {
        test.vm.signals = true;
        test.plug("disk", queue("a"));
        assertTrue(bell.exitless());
        FakeVm.Bell registered = test.vm.bells.get(0);
        assertEquals(IoRequestSlot.MMIO, registered.type());
        assertEquals(0xFEB0_0050L, registered.address());
        assertEquals(2, registered.width());
        assertEquals(OptionalLong.of(1), registered.match());

        registered.rung().run();
        assertEquals(List.of("a"), rung);
        test.vm.store(0xFEB0_0050L, 2, 1); // it may become a request all the same
        assertEquals(2, rung.size());
    }

    @Test
    void movesWithItsClaimAndGoesWithIt() {
        test.vm.signals = true;
        test.plug("disk", queue("a"));
        claim.move(0xFEC0_0000L);
        assertEquals(1, test.vm.bells.size());
        assertEquals(0xFEC0_0050L, test.vm.bells.get(0).address());
        claim.unmap();
        assertEquals(List.of(), test.vm.bells);
        assertFalse(bell.exitless());
    }

    @Test
    void isAWriteAgainOnceReleased() {
        test.vm.signals = true;
        TestDevice device = queue("a");
        test.plug("disk", device);
        bell.release();
        bell.release();
        test.vm.store(0xFEB0_0050L, 2, 1);

        assertEquals(List.of(), rung);
        assertEquals(1, device.cells[0]);
        assertEquals(List.of(), test.vm.bells);
    }

    @Test
    void comesToTheSuccessorWhenRungDuringTheHold() {
        test.vm.signals = true;
        Plug old = test.plug("disk", queue("a"));
        Runnable eventfd = test.vm.bells.get(0).rung();
        test.machine.unplug(old);
        eventfd.run();
        hands.run();
        assertEquals(List.of(), rung, "nobody is there to hear it");

        test.machine.plug(TestMachine.plug("disk", "2.0.0", queue("b")));
        assertEquals(List.of("b"), rung);
        assertEquals(1, test.vm.bells.size());
        eventfd.run(); // late, of the predecessor
        assertEquals(List.of("b"), rung);
    }

    @Test
    void comesToTheSuccessorWhenWrittenDuringTheHold() {
        Plug old = test.plug("disk", queue("a"));
        test.machine.unplug(old);
        test.vm.send(0, IoRequestSlot.MMIO, IoRequestSlot.WRITE, 0xFEB0_0050L, 2, 1);
        assertFalse(test.vm.isComplete(0));
        test.machine.plug(TestMachine.plug("disk", "2.0.0", queue("b")));
        hands.run();

        test.vm.answer(0);
        assertEquals(
                List.of("b", "b"), rung, "once for what may have been missed, once for the write");
    }

    @Test
    void isRungOnceForManySignalsThatNobodyHasHeardYet() {
        test.vm.signals = true;
        TestDevice device = queue("a");
        test.plug(
                "disk",
                device.reads(
                        offset -> {
                            test.vm.bells.get(0).rung().run();
                            test.vm.bells.get(0).rung().run();
                            return 0;
                        }));
        test.vm.load(0xFEB0_0000L, 4);
        assertEquals(List.of("a"), rung);
        test.vm.bells.get(0).rung().run();
        assertEquals(2, rung.size());
    }

    @Test
    void followsItsDeviceToAnotherClient() {
        test.vm.signals = true;
        test.plug("disk", queue("a"));
        test.machine.map("disk", "other", ClientMode.INLINE);
        test.vm.bells.get(0).rung().run();

        assertEquals(List.of("a"), rung);
    }

    @Test
    void isAFaultOfTheDeviceWhenItsTaskThrows() {
        TestDevice device = new TestDevice(b -> {});
        device.with(
                b -> {
                    Claim ports = b.ports(0x100, 8, device);
                    b.doorbell(
                            ports,
                            0,
                            1,
                            OptionalLong.empty(),
                            () -> {
                                throw new IllegalStateException("on purpose");
                            });
                });
        test.plug("disk", device);
        test.vm.out(0x100, 1, 9);

        assertEquals(1, test.device("disk").faults());
        assertEquals(1, test.vm.completions.get(0));
    }

    @Test
    void isRefusedOutsideTheClaimOrOnAnothers() {
        TestDevice other = TestDevice.at(0x200);
        test.plug("disk", queue("a"));
        test.plug("other", other);
        OptionalLong any = OptionalLong.empty();
        for (long offset : new long[] {-1, 0xFF, 0x100, Long.MAX_VALUE, Long.MIN_VALUE}) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> ((DeviceClaim) claim).board().doorbell(claim, offset, 2, any, () -> {}));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> ((DeviceClaim) claim).board().posted(claim, offset, 2));
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> other.board.doorbell(claim, 0, 2, any, () -> {}));
    }

    @Test
    void postsWritesWhereTheBackendCan() {
        test.vm.signals = true;
        TestDevice device = new TestDevice(b -> {});
        Plug plug =
                test.plug(
                        "rtc",
                        device.with(
                                b -> {
                                    claim = b.ports(0x70, 2, device);
                                    b.posted(claim, 0, 1);
                                }));
        assertEquals(List.of("0x70+1"), test.vm.zones);
        claim.move(0x170);
        assertEquals(List.of("0x170+1"), test.vm.zones);
        claim.unmap();
        assertEquals(List.of(), test.vm.zones);
        claim.move(0x70);
        test.machine.unplug(plug);
        assertEquals(List.of("0x70+1"), test.vm.zones, "held: what comes late still comes to us");
        test.machine.bundleGone(plug.bundleId());
        assertEquals(List.of(), test.vm.zones);
    }

    /** A device that hangs is closed by another thread than that of its handler, which may come back all the same. */
    @Test
    void doesNotOutliveItsDeviceThatIsClosedWhileItMoves() throws Exception {
        test.vm.signals = true;
        test.plug("disk", queue("a"));
        Thread closer = new Thread(((DeviceClaim) claim).board()::close);
        test.vm.beforeBell =
                () -> {
                    closer.start();
                    Await.until(
                            "it is closed, or about to be",
                            () ->
                                    closer.getState() == Thread.State.BLOCKED
                                            || closer.getState() == Thread.State.TERMINATED);
                };
        claim.move(0xFEC0_0000L);
        closer.join();
        assertEquals(List.of(), test.vm.bells);
        assertFalse(bell.exitless());
    }
}
