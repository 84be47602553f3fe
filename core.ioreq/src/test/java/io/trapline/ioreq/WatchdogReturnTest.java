package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.device.Deferred;
import io.trapline.machine.DeviceRow.State;
import org.junit.jupiter.api.Test;

/** A device that comes back: just then, or too late. */
class WatchdogReturnTest extends WatchdogFixture {
    @Test
    void findsNothingToDoWhenTheDeviceReturnsJustThen() throws Exception {
        test.plugAt("shared", "late", hanging());
        test.plugAt("shared", "good", TestDevice.at(0x200));
        IoreqClient client = test.machine.client("shared");
        Thread vcpu = enter(0, 0x100, trap);
        Occupation seen = client.occupation();
        send(1, 0x200);
        trap.open();
        vcpu.join();

        assertFalse(test.machine.giveUp(client, seen));
        hands.run();
        assertEquals(client, test.machine.client("shared"));
        assertEquals(0x77, test.vm.answer(0));
        assertEquals(0, test.vm.answer(1));
        assertEquals(0, in(0, 0x200));
        assertEquals(0, client.waiting());
        assertEquals(0, test.vm.lost.get());
    }

    @Test
    void lendsItNothingOfItsHeirWhenItComesBack() throws Exception {
        Trap neighbours = trap();
        String[] said = {""};
        TestDevice bad = TestDevice.at(0x100);
        bad.reads(
                offset -> {
                    trap.enter(0);
                    said[0] =
                            assertThrows(IllegalStateException.class, () -> bad.board.defer())
                                    .getMessage();
                    return 0;
                });
        test.plugAt("shared", "bad", bad);
        test.plugAt("shared", "good", TestDevice.at(0x200).reads(o -> neighbours.enter(0x22)));
        Thread vcpu = enter(0, 0x100, trap);
        seconds(5);
        Thread other = enter(1, 0x200, neighbours);
        trap.open();
        vcpu.join(); // it has tried to take the answer of its neighbour, whose handler is inside
        neighbours.open();
        other.join();

        assertTrue(said[0].contains("is gone"), said[0]);
        assertEquals(0x22, test.vm.answer(1));
    }

    @Test
    void answersOnlyWhatItsHandlerWasAsked() throws Exception {
        Deferred[] token = {null};
        TestDevice bad = TestDevice.at(0x100);
        bad.reads(
                offset -> {
                    token[0] = bad.board.defer();
                    return trap.enter(0);
                });
        test.plug("bad", bad);
        test.plug("good", TestDevice.at(0x200).reads(offset -> 0x22));
        Thread vcpu = enter(0, 0x100, trap);
        assertTrue(token[0].complete(0x11)); // and does not come back all the same
        assertEquals(0x11, test.vm.answer(0));
        look(3);
        assertEquals(0x22, in(0, 0x200), "its vCPU goes on elsewhere");
        look(3);

        assertEquals(State.QUARANTINED, test.state("bad"));
        assertEquals(State.SERVING, test.state("good"));
        assertEquals(0x22, in(0, 0x200));
        trap.open();
        vcpu.join();
        assertEquals(3, test.vm.completions.get(0));
    }
}
