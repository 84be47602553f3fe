package io.trapline.kvm;

import static io.trapline.kvm.Lab.code;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.hypervisor.CpuMode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Interrupts reach a real-mode guest: by the 8259A's lines, and by messages to its APIC. */
class InterruptTest {
    private static final int HANDLER = 0x11000;

    /** ICW1 to ICW4 of the 8259A: vectors from 0x20, a slave at 2; all lines masked but 1. */
    private static final String INITIALISE_PIC =
            "B011 E620" // mov al, 0x11; out 0x20, al
                    + "B020 E621 B004 E621 B001 E621" // 0x20, 4 and 1 to port 0x21
                    + "B0FD E621"; // OCW1

    private static final byte[] HALTING =
            code(
                    INITIALISE_PIC,
                    "FB", // sti
                    "E630", // out 0x30, al
                    "F4 EBFD"); // hlt; jmp to it

    private static final byte[] ANSWERING_LINE =
            code(
                    "E631", // out 0x31, al
                    "B020 E620", // end of interrupt
                    "CF"); // iret

    @Test
    void aLine() throws Exception {
        try (Lab lab = new Lab((vcpu, slot) -> 0L)) {
            vector(lab, 0x21);
            lab.load(HANDLER, ANSWERING_LINE).run(CpuMode.REAL, HALTING);
            assertEquals("out 30/1 fd", lab.next());
            for (int round = 0; round < 500; round++) {
                lab.machine.interruptLine(1, true);
                assertTrue(lab.next().startsWith("out 31/1"));
                lab.machine.interruptLine(1, false);
            }
        }
    }

    @Test
    void aLineThatIsHighAtAResetIsLowAfterIt() throws Exception {
        try (Lab lab = new Lab((vcpu, slot) -> 0L)) {
            vector(lab, 0x21);
            lab.load(HANDLER, ANSWERING_LINE).run(CpuMode.REAL, HALTING);
            for (int round = 0; round < 50; round++) {
                assertEquals("out 30/1 fd", lab.next());
                lab.machine.interruptLine(1, true);
                assertTrue(lab.next().startsWith("out 31/1"));
                lab.machine.pause();
                lab.machine.reset();
                lab.machine.boot(CpuMode.REAL, Lab.ENTRY);
                lab.machine.resume();
            }
        }
    }

    @Test
    void aMessage() throws Exception {
        byte[] guest =
                code(
                        "66B9 1B000000 0F32 0D000C 0F30", // IA32_APIC_BASE: x2APIC on
                        "66B9 0F080000 66B8 FF010000 6631D2 0F30", // IA32_X2APIC_SIVR: enabled
                        "FB E630", // sti; out 0x30, al
                        "F4 EBFD"); // hlt; jmp to it
        byte[] handler =
                code(
                        "E631", // out 0x31, al
                        "66B9 0B080000 66B8 00000000 6631D2 0F30", // IA32_X2APIC_EOI
                        "CF"); // iret
        try (Lab lab = new Lab((vcpu, slot) -> 0L)) {
            vector(lab, 0x40);
            lab.load(HANDLER, handler).run(CpuMode.REAL, guest);
            assertEquals("out 30/1 ff", lab.next());
            assertFalse(lab.machine.message(0x1000, 0x40), "that is no message");
            assertFalse(lab.machine.message(0x1_FEE0_0000L, 0x40));
            for (int round = 0; round < 500; round++) {
                assertTrue(lab.machine.message(0xFEE00000L, 0x40));
                assertTrue(lab.next().startsWith("out 31/1"));
            }
        }
    }

    /** INIT and SIPI from the boot processor's x2APIC; the other one starts at 0x12000. */
    @Test
    void aSecondProcessorIsStarted() throws Exception {
        byte[] guest =
                code(
                        "66B9 1B000000 0F32 0D000C 0F30", // IA32_APIC_BASE: x2APIC on
                        "66B9 0F080000 66B8 FF010000 6631D2 0F30", // IA32_X2APIC_SIVR: enabled
                        "66B9 30080000", // mov ecx, 0x830: IA32_X2APIC_ICR
                        "66BA 01000000", // mov edx, 1: to APIC 1
                        "66B8 00450000 0F30", // INIT
                        "66B8 12460000 0F30", // SIPI, page 0x12
                        "E430 EBFC"); // in al, 0x30; jmp to it
        try (Lab lab = new Lab((vcpu, slot) -> (long) vcpu, 4 << 20, 2)) {
            lab.load(0x12000, code("E432 E633 EBFA")); // in al, 0x32; out 0x33, al; jmp
            lab.run(CpuMode.REAL, guest);
            while (!lab.next().equals("out 33/1 1")) {
                // the boot processor's polling
            }
            lab.machine.pause();
            lab.asked.clear();
            lab.machine.resume();
            List<String> both = List.of(lab.next(), lab.next());
            assertEquals(2, both.size());
        }
    }

    @Test
    void noSuchLine() throws Exception {
        try (Lab lab = new Lab((vcpu, slot) -> 0L)) {
            assertThrows(IllegalArgumentException.class, () -> lab.machine.interruptLine(24, true));
            assertThrows(IllegalArgumentException.class, () -> lab.machine.interruptLine(-1, true));
        }
    }

    private static void vector(Lab lab, int number) {
        lab.low().putShort(number * 4, (short) 0).putShort(number * 4 + 2, (short) (HANDLER >> 4));
    }
}
