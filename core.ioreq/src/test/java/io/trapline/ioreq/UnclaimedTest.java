package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.machine.UnclaimedRow;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** DESIGN section 2, "Straddling": counted per address, and nothing a guest does is without bound. */
class UnclaimedTest {
    @Test
    void keepsAFewHundredPlacesOfAGuestThatTouchesMillions() {
        Unclaimed unclaimed = new Unclaimed();
        Random guest = new Random(1);
        int touched = 2_000_000;

        for (int i = 0; i < touched; i++) {
            unclaimed.count(i & 3, (i & 4) != 0, guest.nextLong(), (i & 8) != 0);
        }
        List<UnclaimedRow> rows = unclaimed.rows();

        assertTrue(rows.size() <= 513, "rows " + rows.size());
        assertEquals("other", rows.get(0).type());
        assertEquals(touched, rows.stream().mapToLong(r -> r.reads() + r.writes()).sum());
    }

    @Test
    void keepsCountingTheFirstPlacesExactly() {
        Unclaimed unclaimed = new Unclaimed();
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 10_000; i++) {
                unclaimed.count(IoRequestSlot.MMIO, false, 8L * i, false);
            }
        }

        assertEquals(
                512,
                unclaimed.rows().stream().filter(r -> r.reads() == 3 && r.writes() == 0).count());
    }

    @Test
    void tellsTypesAtOneAddressApart() {
        Unclaimed unclaimed = new Unclaimed();
        unclaimed.count(IoRequestSlot.PORTIO, false, 0x60, false);
        unclaimed.count(IoRequestSlot.MMIO, false, 0x60, false);
        unclaimed.count(IoRequestSlot.MMIO, true, 0x60, true);
        unclaimed.count(Unclaimed.UNKNOWN, false, 0x60, true);

        assertEquals(
                List.of("memory", "port", "straddling", "unknown"),
                unclaimed.rows().stream().map(UnclaimedRow::type).sorted().toList());
    }

    @Test
    void countsMessagesThatTheBackendDoesNotTake() throws Exception {
        try (TestMachine test = new TestMachine(1, new ByHand())) {
            TestDevice device = TestDevice.at(0x100);
            test.plug("msi", device);
            device.board.message(0xFEE0_0000L, 0x30);
            assertEquals(List.of(), test.machine.unclaimed());
            device.board.message(0xFED0_0000L, 0x30); // no local APIC's
            device.board.message(0, 0);

            assertEquals(List.of(new UnclaimedRow("message", 0, 0, 2)), test.machine.unclaimed());
        }
    }

    @Test
    void answersAndCountsWhatMakesNoSense() throws Exception {
        try (TestMachine test = new TestMachine(1, new ByHand())) {
            test.plug("com1", TestDevice.at(0x3F8));
            for (int size : new int[] {0, 3, 5, 16, -1, Integer.MIN_VALUE}) {
                test.vm.send(0, IoRequestSlot.PORTIO, IoRequestSlot.READ, 0x3F8, size, 0);
                assertEquals(0xFFFF_FFFFL, test.vm.answer(0), "size " + size);
            }
            for (int type : new int[] {3, 7, -1, Integer.MAX_VALUE}) {
                test.vm.send(0, type, IoRequestSlot.READ, 0x3F8, 1, 0);
                assertEquals(0xFF, test.vm.answer(0) & 0xFF, "type " + type);
                test.vm.send(0, type, IoRequestSlot.WRITE, 0x3F8, 1, 0);
                test.vm.answer(0);
            }
            test.vm.send(0, IoRequestSlot.PORTIO, 7, 0x3F8, 1, 0x55); // no such direction
            test.vm.answer(0);

            assertEquals(10, test.machine.unclaimed().get(0).reads());
            assertEquals(4, test.machine.unclaimed().get(0).writes());
            assertEquals("unknown", test.machine.unclaimed().get(0).type());
            assertEquals(15, test.vm.completions.get(0));
        }
    }

    @Test
    void showsOneRowForAFunctionThatNobodyClaimed() throws Exception {
        try (TestMachine test = new TestMachine(1, new ByHand())) {
            for (int register = 0; register < 256; register += 4) {
                test.vm.sendPci(0, IoRequestSlot.READ, 0, 3, 1, register, 4, 0);
                assertEquals(0xFFFF_FFFFL, test.vm.answer(0));
            }

            assertEquals(
                    List.of(new UnclaimedRow("pci", 3 << 3 | 1, 64, 0)), test.machine.unclaimed());
        }
    }
}
