package io.trapline.qtest.machine;

import static io.trapline.hypervisor.IoRequestSlot.MMIO;
import static io.trapline.hypervisor.IoRequestSlot.PORTIO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** api.hypervisor, VirtualMachine: the contract, on a machine whose accesses are made by hand. */
class QtestMachineTest {
    private final SmallCore core;
    private final QtestMachine machine;
    private final ExecutorService client = Executors.newSingleThreadExecutor();

    QtestMachineTest() throws Exception {
        core = new SmallCore(2 << 20);
        machine = core.machine();
    }

    @AfterEach
    void end() {
        machine.close();
        client.shutdown();
    }

    /** An access that nobody has answered yet. */
    private Future<Long> unanswered() throws Exception {
        core.late = true;
        Future<Long> access = client.submit(() -> machine.read(PORTIO, 0x70, 1));
        while (!machine.waits()) {
            Thread.onSpinWait();
        }
        core.late = false;
        return access;
    }

    @Test
    void answersAnAccess() throws Exception {
        assertEquals(0x70, machine.read(PORTIO, 0x1070, 1));
        machine.write(MMIO, 0xFEB0_0000L, 8, -1);

        assertEquals(
                List.of("in 0x1070+1", "store 0xfeb00000+8=0xffffffffffffffff"), core.accesses);
    }

    @Test
    void waitsForAnAnswerFromAnotherThread() throws Exception {
        Future<Long> access = unanswered();
        machine.complete(0);

        assertEquals(0x70, access.get());
    }

    @Test
    void canBePausedWhileAnAccessIsNotAnswered() throws Exception {
        Future<Long> access = unanswered();
        machine.pause();
        machine.resume();
        machine.complete(0);

        assertEquals(0x70, access.get());
    }

    @Test
    void forgetsAnAccessWhenItIsReset() throws Exception {
        Future<Long> access = unanswered();
        machine.pause();
        machine.reset();

        ExecutionException lost = assertThrows(ExecutionException.class, access::get);
        assertTrue(lost.getCause() instanceof MachineStopped, lost::toString);
        machine.resume();
        assertEquals(0x71, machine.read(PORTIO, 0x71, 1));
    }

    @Test
    void letsGoOfAnAccessWhenItIsClosed() throws Exception {
        Future<Long> access = unanswered();
        machine.close();

        assertThrows(ExecutionException.class, access::get);
    }

    @Test
    void makesNoAccessAndMovesNoTimeWhilePaused() throws Exception {
        machine.pause();
        assertThrows(MachineStopped.class, () -> machine.read(PORTIO, 0x70, 1));
        assertThrows(MachineStopped.class, () -> machine.advance(10));
        machine.write(MMIO, 0x1000, 4, 7);
        assertEquals(7, machine.read(MMIO, 0x1000, 4), "RAM is RAM");

        machine.resume();
        assertEquals(10, machine.advance(10));
    }

    @Test
    void expiresWhatIsDueAfterAnAccess() throws Exception {
        machine.advance(100);
        core.deadlines.put(50L, 8);
        machine.lines().listen((gsi, high) -> core.accesses.add("irq " + gsi));
        machine.read(PORTIO, 0x70, 1);

        assertEquals(List.of("in 0x70+1", "irq 8"), core.accesses);
    }

    @Test
    void storesAMessageToRamAndTakesOneToTheProcessors() throws Exception {
        assertTrue(machine.message(0x2000, 0x1234_5678));
        assertEquals(0x1234_5678, machine.read(MMIO, 0x2000, 4));
        assertTrue(machine.message(0xFEE0_0000L, 0x41));
        assertFalse(machine.message(0xFEB0_0000L, 0x41));
    }

    @Test
    void hasTheHoleOfAPcInItsRam() throws Exception {
        machine.write(MMIO, 0x9_FFFC, 4, 5);
        machine.write(MMIO, 0x9_FFFE, 4, 6);
        machine.write(MMIO, 0xA_0000, 1, 7);
        machine.write(MMIO, 0x10_0000, 1, 8);

        assertEquals(
                List.of("store 0x9fffe+4=0x6", "store 0xa0000+1=0x7"),
                core.accesses,
                "what is not wholly RAM is an access");
    }
}
