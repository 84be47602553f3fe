package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.device.Deferred;
import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.machine.DeviceRow.State;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code Board.defer}: an access that is answered later, once. */
class DeferredTest {
    private final ByHand hands = new ByHand();
    private final Deque<Deferred> due = new ConcurrentLinkedDeque<>();
    private TestMachine test;
    private TestDevice disk;
    private Plug plug;

    @BeforeEach
    void start() throws Exception {
        test = new TestMachine(2, hands);
        disk = disk();
        plug = test.plug("disk", disk);
    }

    private TestDevice disk() {
        TestDevice device = TestDevice.at(0x1F0);
        return device.reads(
                        offset -> {
                            due.add(device.board.defer());
                            return 0x55; // ignored
                        })
                .writes((offset, value) -> due.add(device.board.defer()));
    }

    @AfterEach
    void end() {
        test.close();
    }

    private void ask(int vcpu) {
        test.vm.send(vcpu, IoRequestSlot.PORTIO, IoRequestSlot.READ, 0x1F0, 2, 0);
        assertFalse(test.vm.isComplete(vcpu));
    }

    @Test
    void answersLaterAndOnce() {
        ask(0);
        Deferred token = due.remove();

        assertTrue(token.complete(0x12_3456));
        assertFalse(token.complete(0x99));
        assertEquals(0x3456, test.vm.answer(0));
        assertEquals(1, test.vm.completions.get(0));
    }

    @Test
    void letsTheClientServeOthersMeanwhile() {
        ask(0);
        ask(1);
        Deferred first = due.remove();
        Deferred second = due.remove();

        second.complete(2);
        assertEquals(2, test.vm.answer(1));
        assertFalse(test.vm.isComplete(0));
        first.complete(1);
        assertEquals(1, test.vm.answer(0));
    }

    @Test
    void neverAnswersTheNextRequest() {
        ask(0);
        Deferred late = due.remove();
        late.complete(1);
        test.vm.answer(0);
        ask(0);

        assertFalse(late.complete(0x66));
        assertFalse(test.vm.isComplete(0));
        due.remove().complete(2);
        assertEquals(2, test.vm.answer(0));
    }

    @Test
    void holdsAWriteToo() {
        test.vm.send(0, IoRequestSlot.PORTIO, IoRequestSlot.WRITE, 0x1F0, 1, 7);
        assertFalse(test.vm.isComplete(0));
        due.remove().complete(0);
        test.vm.answer(0);
    }

    @Test
    void isRefusedOutsideAnAccess() {
        assertThrows(IllegalStateException.class, () -> disk.board.defer());
    }

    @Test
    void answersFromInsideTheHandler() {
        TestDevice eager = TestDevice.at(0x170);
        test.plug(
                "eager",
                eager.reads(
                        offset -> {
                            Deferred token = eager.board.defer();
                            assertTrue(token.complete(0x21));
                            return 0x55;
                        }));

        assertEquals(0x21, test.vm.in(0x170, 1));
        assertEquals(1, test.vm.completions.get(0));
    }

    @Test
    void answersAllOnesIfTheHandlerThrowsAfterDeferring() {
        TestDevice bad = TestDevice.at(0x170);
        Deferred[] token = new Deferred[1];
        test.plug(
                "bad",
                bad.reads(
                        offset -> {
                            token[0] = bad.board.defer();
                            throw new IllegalStateException("on purpose");
                        }));

        assertEquals(0xFF, test.vm.in(0x170, 1));
        assertFalse(token[0].complete(1));
        assertEquals(1, test.vm.completions.get(0));
    }

    @Test
    void isForgottenByAReset() {
        ask(0);
        test.machine.reset();
        assertFalse(due.remove().complete(1));
        assertEquals(IoRequestSlot.FREE, test.vm.slots[0].state());
        assertEquals(0, test.vm.completions.get(0));

        ask(0);
        assertTrue(due.remove().complete(3));
        assertEquals(3, test.vm.answer(0));
    }

    @Test
    void isRefusedToAHandlerThatAsksForItAfterTheReset() throws Exception {
        Trap trap = new Trap();
        TestDevice slow = TestDevice.at(0x170);
        test.plug(
                "slow",
                slow.reads(
                        offset -> {
                            trap.enter(0);
                            due.add(slow.board.defer());
                            return 0;
                        }));
        Thread vcpu = new Thread(() -> test.vm.in(0x170, 1));
        vcpu.start();
        trap.awaitCaught();
        test.machine.dispatcher().renew(); // as a reset begins; it would wait for the handler now
        trap.open();
        Await.until("the handler has deferred", () -> !due.isEmpty());

        assertFalse(due.remove().complete(1), "its request is forgotten");
        assertEquals(0, test.vm.completions.get(0));
        test.vm.complete(0);
        vcpu.join();
    }

    @Test
    void isAnsweredByThePredecessorAfterASwap() {
        ask(0);
        test.machine.unplug(plug);
        test.machine.plug(TestMachine.plug("disk", "2.0.0", disk()));
        assertFalse(test.vm.isComplete(0));

        assertTrue(due.remove().complete(4));
        assertEquals(4, test.vm.answer(0));
    }

    @Test
    void isAnsweredForThePredecessorThatTakesTooLong() {
        ask(0);
        test.machine.unplug(plug);
        test.machine.plug(TestMachine.plug("disk", "2.0.0", disk()));
        assertFalse(test.vm.isComplete(0));
        hands.expire(1); // the hold's own deadline was scheduled before

        assertEquals(0xFFFF, test.vm.answer(0));
        assertFalse(due.remove().complete(4));
    }

    @Test
    void isAnsweredForADeviceThatIsGone() {
        ask(0);
        ask(1);
        test.machine.unplug(plug);
        assertFalse(test.vm.isComplete(0), "a hold: the device may still answer");
        due.remove().complete(5);
        assertEquals(5, test.vm.answer(0));
        test.machine.bundleGone(plug.bundleId());

        assertEquals(0xFFFF, test.vm.answer(1));
        assertFalse(due.remove().complete(6));
    }

    @Test
    void isAnsweredForADeviceThatIsQuarantined() {
        ask(0);
        for (int i = 0; i < 100; i++) {
            disk.board.post(
                    () -> {
                        throw new IllegalStateException("on purpose");
                    });
            hands.run();
        }

        assertEquals(State.QUARANTINED, test.state("disk"));
        assertEquals(0xFFFF, test.vm.answer(0));
    }
}
