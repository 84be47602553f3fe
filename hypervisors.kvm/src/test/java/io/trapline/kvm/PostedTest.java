package io.trapline.kvm;

import static io.trapline.hypervisor.IoRequestSlot.MMIO;
import static io.trapline.hypervisor.IoRequestSlot.PORTIO;
import static io.trapline.kvm.Lab.code;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.hypervisor.CpuMode;
import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.hypervisor.Registration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Posted writes arrive late, in order, before the next request, and each of them exactly once. */
class PostedTest {
    @Test
    void beforeTheNextRequest() throws Exception {
        byte[] guest =
                code(
                        "B00D E670 E471", // mov al, 13; out 0x70, al; in al, 0x71
                        "BE 000000E0 66C706 3412", // mov esi, 0xE0000000; mov word [esi], 0x1234
                        "B00E E670 E671", // mov al, 14; out 0x70, al; out 0x71, al
                        "E6F4 EBFE"); // out 0xF4, al; jmp $
        try (Lab lab = new Lab((vcpu, slot) -> 0L)) {
            lab.machine.posted(PORTIO, 0x70, 1);
            lab.machine.posted(MMIO, 0xE000_0000L, 0x1000);
            lab.run(CpuMode.PROTECTED, guest);
            assertEquals(
                    List.of(
                            "out 70/1 d",
                            "in 71/1",
                            "store e0000000/2 1234",
                            "out 70/1 e",
                            "out 71/1 e"),
                    lab.untilFarewell());
        }
    }

    /** More writes than the ring has room for: 169 of its 170 places can be used. */
    @Test
    void moreThanTheRingHolds() throws Exception {
        byte[] guest =
                code(
                        "B9 E8030000", // mov ecx, 1000
                        "89C8 E770", // again: mov eax, ecx; out 0x70, eax
                        "49 75F9", // dec ecx; jnz again
                        "E6F4 EBFE"); // out 0xF4, al; jmp $
        List<String> expected = new ArrayList<>();
        for (int count = 1000; count > 0; count--) {
            expected.add("out 70/4 " + Integer.toHexString(count));
        }
        try (Lab lab = new Lab((vcpu, slot) -> 0L)) {
            lab.machine.posted(PORTIO, 0x70, 4);
            lab.run(CpuMode.PROTECTED, guest);
            assertEquals(expected, lab.untilFarewell());
        }
    }

    @Test
    void answeredLate() throws Exception {
        byte[] guest = code("B00D E670 E471 EBF8"); // mov al, 13; out 0x70, al; in al, 0x71; jmp
        try (Lab lab = new Lab((vcpu, slot) -> null)) {
            lab.machine.posted(PORTIO, 0x70, 1);
            lab.run(CpuMode.PROTECTED, guest);
            for (int round = 0; round < 300; round++) {
                assertEquals("out 70/1 d", lab.next());
                assertNull(lab.asked.peek());
                lab.machine.pause();
                lab.answer(0, 0);
                lab.machine.resume();
                assertEquals("in 71/1", lab.next());
                lab.answer(0, 0);
            }
        }
    }

    /** What a reset finds in the ring has never been; half of it was being answered. */
    @Test
    void forgottenByAReset() throws Exception {
        byte[] guest =
                code(
                        "B001 E670 B002 E670 B003 E670", // 1, 2 and 3 to port 0x70
                        "E471 EBFE"); // in al, 0x71; jmp $
        try (Lab lab = new Lab((vcpu, slot) -> slot.value() == 2 ? null : 0L)) {
            lab.machine.posted(PORTIO, 0x70, 1);
            lab.run(CpuMode.PROTECTED, guest);
            for (int round = 0; round < 100; round++) {
                assertEquals("out 70/1 1", lab.next());
                assertEquals("out 70/1 2", lab.next());
                lab.machine.pause();
                lab.machine.reset();
                lab.machine.boot(CpuMode.PROTECTED, Lab.ENTRY);
                lab.machine.resume();
            }
        }
    }

    @Test
    void takenBack() throws Exception {
        byte[] guest = code("B00D E670 E6F4 EBF8"); // mov al, 13; out 0x70, al; out 0xF4, al; jmp
        try (Lab lab = new Lab((vcpu, slot) -> slot.address() == 0xF4 ? null : 0L)) {
            Registration zone = lab.machine.posted(PORTIO, 0x70, 1);
            lab.run(CpuMode.PROTECTED, guest);
            assertEquals(List.of("out 70/1 d"), lab.untilFarewell());
            zone.close();
            zone.close();
            lab.answer(0, 0);
            assertEquals(List.of("out 70/1 d"), lab.untilFarewell());
        }
    }

    /** Two processors fill one ring; every write arrives once, and each one's stay in order. */
    @Test
    void fromTwoProcessors() throws Exception {
        String numbers =
                "66B9 E8030000" // mov ecx, 1000
                        + "6689C8 66E7%s" // again: mov eax, ecx; out port, eax
                        + "6649 75F6" // dec ecx; jnz again
                        + "E6%s EBFE"; // out port, al; jmp $
        byte[] guest =
                code(
                        "66B9 1B000000 0F32 0D000C 0F30", // IA32_APIC_BASE: x2APIC on
                        "66B9 0F080000 66B8 FF010000 6631D2 0F30", // IA32_X2APIC_SIVR: enabled
                        "66B9 30080000 66BA 01000000", // ICR, to APIC 1
                        "66B8 00450000 0F30 66B8 12460000 0F30", // INIT; SIPI, page 0x12
                        numbers.formatted("70", "F4"));
        try (Lab lab = new Lab((vcpu, slot) -> 0L, 4 << 20, 2)) {
            lab.machine.posted(PORTIO, 0x70, 4);
            lab.machine.posted(PORTIO, 0x80, 4);
            lab.load(0x12000, code(numbers.formatted("80", "F5"))).run(CpuMode.REAL, guest);
            int[] left = {1000, 1000};
            for (int farewells = 0; farewells < 2; ) {
                String line = lab.next();
                farewells += line.startsWith("out f") ? 1 : 0;
                for (int cpu = 0; cpu < 2; cpu++) {
                    String place = cpu == 0 ? "out 70/4 " : "out 80/4 ";
                    if (line.startsWith(place)) {
                        assertEquals(place + Integer.toHexString(left[cpu]--), line);
                    }
                }
            }
            assertEquals(0, left[0]);
            assertEquals(0, left[1]);
            assertTrue(lab.asked.isEmpty());
            assertEquals(IoRequestSlot.FREE, lab.slot(5).state());
        }
    }
}
