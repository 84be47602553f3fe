package io.trapline.kvm;

import static io.trapline.hypervisor.IoRequestSlot.MMIO;
import static io.trapline.hypervisor.IoRequestSlot.PORTIO;
import static io.trapline.kvm.Lab.code;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.hypervisor.CpuMode;
import io.trapline.hypervisor.Registration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A write to a doorbell rings and is no request; once taken back it is a request again. */
class DoorbellTest {
    private static final byte[] GUEST =
            code(
                    "B003 E650", // again: mov al, 3; out 0x50, al
                    "BE 000000E0 8806", // mov esi, 0xE0000000; mov [esi], al
                    "E6F4 EBF1"); // out 0xF4, al; jmp again

    @Test
    void ringsUntilTakenBack() throws Exception {
        Semaphore port = new Semaphore(0);
        Semaphore memory = new Semaphore(0);
        try (Lab lab = new Lab((vcpu, slot) -> slot.address() == 0xF4 ? null : 0L)) {
            Registration first =
                    lab.machine.doorbell(PORTIO, 0x50, 1, OptionalLong.of(3), port::release);
            Registration second =
                    lab.machine.doorbell(
                            MMIO, 0xE000_0000L, 1, OptionalLong.empty(), memory::release);
            lab.run(CpuMode.PROTECTED, GUEST);
            for (int round = 0; round < 100; round++) {
                assertEquals(List.of(), lab.untilFarewell());
                assertTrue(port.tryAcquire(60, TimeUnit.SECONDS), "port rang");
                assertTrue(memory.tryAcquire(60, TimeUnit.SECONDS), "memory rang");
                lab.answer(0, 0);
            }
            lab.untilFarewell();
            first.close();
            first.close();
            lab.answer(0, 0);
            assertEquals(List.of("out 50/1 3"), lab.untilFarewell());
            second.close();
            lab.answer(0, 0);
            assertEquals(List.of("out 50/1 3", "store e0000000/1 3"), lab.untilFarewell());
        }
    }

    /** A device that does not come back silences no other. */
    @Test
    void ringsWhileAnotherIsHeardForEver() throws Exception {
        Semaphore end = new Semaphore(0);
        Semaphore memory = new Semaphore(0);
        try (Lab lab = new Lab((vcpu, slot) -> slot.address() == 0xF4 ? null : 0L)) {
            lab.machine.doorbell(PORTIO, 0x50, 1, OptionalLong.of(3), end::acquireUninterruptibly);
            lab.machine.doorbell(MMIO, 0xE000_0000L, 1, OptionalLong.empty(), memory::release);
            lab.run(CpuMode.PROTECTED, GUEST);
            for (int round = 0; round < 10; round++) {
                lab.untilFarewell();
                assertTrue(memory.tryAcquire(60, TimeUnit.SECONDS), "memory rang");
                lab.answer(0, 0);
            }
            end.release(100);
        }
    }

    @Test
    void otherValuesAreRequests() throws Exception {
        try (Lab lab = new Lab((vcpu, slot) -> 0L)) {
            assertNotNull(lab.machine.doorbell(PORTIO, 0x50, 1, OptionalLong.of(4), () -> {}));
            lab.run(CpuMode.PROTECTED, GUEST);
            assertEquals(List.of("out 50/1 3", "store e0000000/1 3"), lab.untilFarewell());
        }
    }

    @Test
    void theSamePlaceTwiceIsRefused() throws Exception {
        try (Lab lab = new Lab((vcpu, slot) -> 0L)) {
            assertNotNull(lab.machine.doorbell(PORTIO, 0x50, 1, OptionalLong.empty(), () -> {}));
            assertNull(lab.machine.doorbell(PORTIO, 0x50, 1, OptionalLong.empty(), () -> {}));
        }
    }
}
