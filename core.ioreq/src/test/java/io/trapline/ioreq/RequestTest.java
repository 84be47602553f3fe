package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.trapline.hypervisor.IoRequestSlot;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** DESIGN section 2: a request is taken once, decoded, and answered once. */
class RequestTest {
    private TestMachine test;

    @BeforeEach
    void start() throws Exception {
        test = new TestMachine(2, new ByHand());
    }

    @AfterEach
    void end() {
        test.close();
    }

    @ParameterizedTest(name = "{0} bytes")
    @CsvSource({"1, 0xF0", "2, 0xDEF0", "4, 0x9ABCDEF0"})
    void cutsAPortsAnswerToTheWidth(int width, String expected) {
        test.plug("a", TestDevice.at(0x100).reads(offset -> 0x1234_5678_9ABC_DEF0L));

        assertEquals(Long.decode(expected), test.vm.in(0x100, width));
    }

    @Test
    void carriesEightBytesOfMemory() {
        TestDevice device = new TestDevice(b -> {});
        test.plug("a", device.with(b -> b.memory(0xFEB0_0000L, 8, device)));
        test.vm.store(0xFEB0_0000L, 8, 0xFEDC_BA98_7654_3210L);

        assertEquals(0xFEDC_BA98_7654_3210L, test.vm.load(0xFEB0_0000L, 8));
        assertEquals(0x7654_3210L, test.vm.load(0xFEB0_0000L, 4));
    }

    @Test
    void cutsWhatTheGuestWritesToTheWidth() {
        List<Long> seen = new ArrayList<>();
        test.plug("a", TestDevice.at(0x100).writes((offset, value) -> seen.add(value)));
        test.vm.out(0x100, 1, 0x1234_5678);
        test.vm.out(0x100, 2, 0x1234_5678);

        assertEquals(List.of(0x78L, 0x5678L), seen);
    }

    @Test
    void leavesARequestToTheKernelsOwnClient() {
        TestDevice device = TestDevice.at(0x100);
        test.plug("a", device);
        test.vm
                .slots[0]
                .request(IoRequestSlot.PORTIO, IoRequestSlot.WRITE, 0x100, 1, 5)
                .kernelHandled(true)
                .state(IoRequestSlot.PROCESSING);
        test.vm.upcall(0);

        assertEquals(0, device.cells[0]);
        assertFalse(test.vm.isComplete(0));
        test.vm.slots[0].kernelHandled(false);
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "3", "77"})
    void takesOnlyWhatIsBeingProcessed(int state) {
        TestDevice device = TestDevice.at(0x100);
        test.plug("a", device);
        test.vm
                .slots[0]
                .request(IoRequestSlot.PORTIO, IoRequestSlot.WRITE, 0x100, 1, 5)
                .state(state);
        test.vm.upcall(0);

        assertEquals(0, device.cells[0]);
        assertEquals(state, test.vm.slots[0].state());
    }

    @Test
    void isTakenOnceHoweverOftenWeAreCalled() {
        int[] writes = {0};
        TestDevice device = TestDevice.at(0x100);
        test.plug(
                "a",
                device.writes(
                        (offset, value) -> {
                            writes[0]++;
                            device.board.defer();
                        }));
        test.vm.send(0, IoRequestSlot.PORTIO, IoRequestSlot.WRITE, 0x100, 1, 5);
        test.vm.upcall(0);
        test.vm.upcall(0);

        assertEquals(1, writes[0]);
        assertEquals(1, test.machine.row().requests());
    }

    @Test
    void countsWhatItsClientAnswered() {
        test.plug("a", TestDevice.at(0x100));
        for (int i = 0; i < 610; i++) {
            test.vm.in(0x100, 1);
            test.vm.out(0x100, 1, 1);
        }
        var row = test.machine.stats().get(1);

        assertEquals("a", row.client());
        assertEquals(1220, row.requests());
        assertEquals(610, row.reads());
        assertEquals(20, row.samples(), "one of 61 is timed");
        assertEquals(1220, test.machine.row().requests());
        assertEquals(1220, test.device("a").requests());
    }

    @Test
    void mayTakeItsOwnClaimAway() {
        TestDevice device = new TestDevice(b -> {});
        io.trapline.device.Claim[] bar = new io.trapline.device.Claim[1];
        test.plug(
                "a",
                device.with(b -> bar[0] = b.ports(0x100, 8, device))
                        .writes((offset, value) -> bar[0].move(value)));
        test.vm.out(0x100, 2, 0x300);
        assertEquals(0xFF, test.vm.in(0x100, 1));
        assertEquals(0, test.vm.in(0x300, 1));
        test.vm.out(0x300, 2, 0xFFFF); // does not fit
        assertEquals(0xFF, test.vm.in(0x300, 1));
        assertEquals(2, test.vm.completions.get(0) - 3);
    }
}
