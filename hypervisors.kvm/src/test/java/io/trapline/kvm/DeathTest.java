package io.trapline.kvm;

import static io.trapline.kvm.Lab.code;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.hypervisor.CpuMode;
import io.trapline.hypervisor.VmStop;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A guest that cannot go on is reported once, with its registers, and takes nobody with it. */
class DeathTest {
    private static final byte[] TRIPLE_FAULT =
            code(
                    "B8 78563412", // mov eax, 0x12345678
                    "0F0B"); // ud2: the gate in the empty IDT is no gate, nor is that of #NP, nor

    // of #DF

    @Test
    void aTripleFault() throws Exception {
        try (Lab lab = new Lab((vcpu, slot) -> 0L)) {
            lab.run(CpuMode.PROTECTED, TRIPLE_FAULT);
            VmStop stop = lab.stop();
            assertEquals(VmStop.Kind.DIED, stop.kind());
            assertEquals(0, stop.vcpu());
            assertTrue(stop.detail().startsWith("triple fault"), stop.detail());
            assertEquals("rip", new ArrayList<>(stop.registers().keySet()).get(0));
            assertTrue(stop.registers().keySet().containsAll(List.of("cr0", "cs.base", "rsp")));
        }
    }

    /** Code in a place without memory: nothing to fetch, nothing to emulate. */
    @Test
    void anInstructionThatCannotBeEmulated() throws Exception {
        byte[] guest =
                code(
                        "B8 78563412 BB 000000E0", // mov eax, 0x12345678; mov ebx, 0xE0000000
                        "FFE3"); // jmp ebx
        try (Lab lab = new Lab((vcpu, slot) -> 0L)) {
            lab.run(CpuMode.PROTECTED, guest);
            VmStop stop = lab.stop();
            assertEquals(VmStop.Kind.DIED, stop.kind());
            assertTrue(stop.detail().startsWith("KVM cannot emulate"), stop.detail());
            assertEquals(0x12345678, stop.registers().get("rax"));
            assertEquals(0xE0000000L, stop.registers().get("rip"), stop.toString());
        }
    }

    @Test
    void theOtherMachineGoesOn() throws Exception {
        byte[] polling = code("E430 EBFC"); // in al, 0x30; jmp to it
        try (Lab lives = new Lab((vcpu, slot) -> 0L);
                Lab dies = new Lab((vcpu, slot) -> 0L)) {
            lives.run(CpuMode.PROTECTED, polling);
            dies.run(CpuMode.PROTECTED, TRIPLE_FAULT);
            dies.stop();
            lives.asked.clear();
            for (int access = 0; access < 100; access++) {
                assertEquals("in 30/1", lives.next());
            }
            assertTrue(lives.stops.isEmpty());
        }
    }

    /** The second processor finds its machine dead, says nothing, and lives again after a reset. */
    @Test
    void aResetBringsItBack() throws Exception {
        try (Lab lab = new Lab((vcpu, slot) -> 0x42L, 4 << 20, 2)) {
            lab.run(CpuMode.PROTECTED, TRIPLE_FAULT);
            for (int life = 0; life < 20; life++) {
                assertEquals(VmStop.Kind.DIED, lab.stop().kind());
                lab.machine.pause();
                lab.machine.reset();
                lab.load(0x20000, code("E430 E631 0F0B")); // in al, 0x30; out 0x31, al; ud2
                lab.machine.boot(CpuMode.PROTECTED, 0x20000);
                lab.machine.resume();
                assertEquals("in 30/1", lab.next());
                assertEquals("out 31/1 42", lab.next());
            }
            lab.stop();
            assertTrue(lab.stops.isEmpty(), "reported once");
        }
    }

    /** A core that throws breaks its contract; the machine dies with a report, its thread does not vanish. */
    @Test
    void aCoreThatThrows() throws Exception {
        try (Lab lab =
                new Lab(
                        (vcpu, slot) -> {
                            throw new AssertionError("broken");
                        })) {
            lab.run(CpuMode.PROTECTED, code("E430")); // in al, 0x30
            assertTrue(lab.stop().detail().endsWith("broken"));
        }
    }
}
