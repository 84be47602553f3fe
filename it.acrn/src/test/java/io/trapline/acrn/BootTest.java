package io.trapline.acrn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.hypervisor.CpuMode;
import io.trapline.hypervisor.IdentityMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The first instruction: SET_VCPU_REGS, {@code drivers/virt/acrn/hsm.c, acrn_dev_ioctl}. */
@OnRig
class BootTest {
    private static String registers(AcrnLab lab) {
        List<String> log = lab.guest.log();
        return log.get(log.size() - 1).replaceFirst(".* set-vcpu-regs ", "");
    }

    @Test
    void realMode() throws Exception {
        try (AcrnLab lab = new AcrnLab()) {
            lab.machine.boot(CpuMode.REAL, 0x7C05);
            assertEquals("vcpu=0 rip=0x5 cs_base=0x7c00 ret=0", registers(lab));
            lab.machine.boot(CpuMode.REAL, 0xFFFF0);
            assertEquals("vcpu=0 rip=0x0 cs_base=0xffff0 ret=0", registers(lab));
            assertThrows(
                    IllegalArgumentException.class, () -> lab.machine.boot(CpuMode.REAL, 1 << 20));
        }
    }

    @Test
    void protectedMode() throws Exception {
        try (AcrnLab lab = new AcrnLab()) {
            lab.machine.boot(CpuMode.PROTECTED, 0xFFFF_FFF0L);
            assertEquals("vcpu=0 rip=0xfffffff0 cs_base=0x0 ret=0", registers(lab));
            for (long entry : new long[] {-1, 1L << 32}) {
                String message =
                        assertThrows(
                                        IllegalArgumentException.class,
                                        () -> lab.machine.boot(CpuMode.PROTECTED, entry))
                                .getMessage();
                assertTrue(message.contains("PROTECTED mode reaches 0xFFFFFFFF"), message);
            }
        }
    }

    /** Intel SDM volume 3, 4.5: a linear address goes through four levels, or three for a page of 2 MiB. */
    @Test
    void longMode() throws Exception {
        try (AcrnLab lab = new AcrnLab()) {
            lab.machine.boot(CpuMode.LONG, 0x10_0000);
            assertEquals("vcpu=0 rip=0x100000 cs_base=0x0 ret=0", registers(lab));
            for (long address : new long[] {0, 0x12_3456, 0x7FFF_FFFFL, 0xFFFF_FFFFL}) {
                assertEquals(address, physical(lab, address));
            }
            lab.start();
            lab.machine.pause();
            lab.machine.reset();
            lab.machine.boot(
                    CpuMode.LONG, 0x10_0000); // its own tables are in the way, and do not matter
            lab.machine.resume();
        }
        try (AcrnLab lab = new AcrnLab()) {
            lab.machine.ram().get(0).windows().get(0).put(0x9_B000, (byte) 1);
            assertThrows(IOException.class, () -> lab.machine.boot(CpuMode.LONG, 0x10_0000));
        }
    }

    /** As the processor would go, with the guest's memory as the hypervisor sees it. */
    private static long physical(AcrnLab lab, long linear) {
        long table = IdentityMap.ADDRESS;
        for (int shift = 39; ; shift -= 9) {
            byte[] entry = lab.guest.readRam(table + (linear >>> shift & 0x1FF) * 8, 8);
            long value = ByteBuffer.wrap(entry).order(ByteOrder.LITTLE_ENDIAN).getLong();
            assertEquals(3, value & 3, "present and writable");
            table = value & 0x000F_FFFF_FFFF_F000L;
            if (shift == 21) {
                assertEquals(0x80, value & 0x80, "a page of 2 MiB");
                return table | linear & (1 << 21) - 1;
            }
        }
    }
}
