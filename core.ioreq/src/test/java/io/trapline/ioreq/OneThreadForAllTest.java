package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.trapline.machine.ClientMode;
import io.trapline.machine.DeviceRow.State;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * DESIGN section 5, "every other device goes on", where one thread brings the requests of all vCPUs, with the
 * host's own threads and deadlines: a device that hangs stops the whole machine, until it is given up.
 */
class OneThreadForAllTest {
    private static final long SLOW = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long HUNG = TimeUnit.MILLISECONDS.toNanos(600);

    private final Trap trap = new Trap();
    private TestMachine test;
    private AttachThread attach;

    @BeforeEach
    void start() throws Exception {
        test = new TestMachine(TestMachine.spec(4, SLOW, HUNG), null);
        attach = new AttachThread(test.vm);
        test.plug("good", TestDevice.at(0x200).reads(offset -> 0x22));
    }

    @AfterEach
    void end() throws Exception {
        trap.open();
        attach.end();
        test.close();
    }

    private void othersGoOn() {
        for (int round = 0; round < 100; round++) {
            for (int vcpu = 0; vcpu < 4; vcpu++) {
                assertEquals(0x22, attach.in(vcpu, 0x200));
            }
        }
    }

    @Test
    void goesOnWithoutADeviceThatHangsInARequest() throws Exception {
        test.plug("bad", TestDevice.at(0x100).reads(offset -> trap.enter(0x77)));
        attach.ask(0, 0x100);
        trap.awaitCaught();
        attach.ask(1, 0x200); // nobody is there to bring it

        assertEquals(0x22, test.vm.answer(1), "by another thread, once the watchdog has bitten");
        assertEquals(0xFF, test.vm.answer(0));
        test.await("bad", State.QUARANTINED);
        othersGoOn();
        int answered = test.vm.completions.get(0);
        trap.open();
        attach.end(); // both threads have come home
        assertEquals(answered, test.vm.completions.get(0), "what it answers at last is dropped");
        assertEquals(1, test.vm.lost.get());
    }

    @Test
    void goesOnWithoutADeviceThatHangsInATaskAfterARequest() {
        TestDevice bad = TestDevice.at(0x100);
        bad.reads(
                offset -> {
                    bad.board.post(
                            () -> trap.enter(0)); // run once this is answered, by this thread
                    return 0x77;
                });
        test.plug("bad", bad);
        attach.ask(0, 0x100);
        trap.awaitCaught();

        assertEquals(0x77, test.vm.answer(0));
        othersGoOn();
        test.await("bad", State.QUARANTINED);
        assertEquals(0xFF, attach.in(0, 0x100));
    }

    @Test
    void isNotHeldUpByADedicatedClientAtAll() {
        test.plug("bad", TestDevice.at(0x100).reads(offset -> trap.enter(0x77)));
        test.machine.map("bad", "own", ClientMode.DEDICATED);
        attach.ask(0, 0x100);
        trap.awaitCaught();
        for (int vcpu = 1; vcpu < 4; vcpu++) {
            assertEquals(0x22, attach.in(vcpu, 0x200));
        }

        assertEquals(0xFF, test.vm.answer(0));
        test.await("bad", State.QUARANTINED);
        othersGoOn();
    }
}
