package io.trapline.acrn;

import io.trapline.acrn.Hsm.acrn_vcpu_regs;
import io.trapline.hypervisor.CpuMode;
import io.trapline.hypervisor.IdentityMap;
import io.trapline.linux.Block;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The boot processor's registers before its first instruction: {@code struct acrn_vcpu_regs}. The hypervisor
 * gives every segment base 0 and, in protected mode, limit 4 GiB; only the code segment is set apart. Bits as
 * in the Intel SDM, volume 3 (2.5, 24.4.1).
 */
final class BootRegisters {
    // spotless:off
    private static final long CR0_PE = 1, CR0_ET = 1 << 4, CR0_NE = 1 << 5, CR0_PG = 1L << 31;
    private static final long CR4_PAE = 1 << 5;
    private static final long EFER_LME = 1 << 8, EFER_LMA = 1 << 10;
    private static final long RFLAGS_RESERVED = 1 << 1;
    private static final int  AR_REAL = 0x009B, AR_32 = 0xC09B, AR_64 = 0xA09B; // present, code, accessed
    private static final short CODE_SELECTOR = 0x08, DATA_SELECTOR = 0x10;
    private static final int  REAL_LIMIT = 0xFFFF, FLAT_LIMIT = 0xFFFF_FFFF;
    // spotless:on

    private static final int[] DATA_SEGMENTS = {
        acrn_vcpu_regs.vcpu_regs__ss_sel,
        acrn_vcpu_regs.vcpu_regs__ds_sel,
        acrn_vcpu_regs.vcpu_regs__es_sel,
        acrn_vcpu_regs.vcpu_regs__fs_sel,
        acrn_vcpu_regs.vcpu_regs__gs_sel
    };

    private BootRegisters() {}

    /** Sets them; the User VM must not run. */
    static void set(HsmFile file, CpuMode mode, long entry) throws IOException {
        Block block = new Block(acrn_vcpu_regs.SIZEOF);
        ByteBuffer regs = block.bytes;
        regs.putLong(acrn_vcpu_regs.vcpu_regs__rflags, RFLAGS_RESERVED);
        switch (mode) {
            case REAL -> {
                regs.putLong(acrn_vcpu_regs.vcpu_regs__rip, entry & 0xF);
                code(regs, AR_REAL, REAL_LIMIT, (short) (entry >>> 4), entry & ~0xFL);
                regs.putLong(acrn_vcpu_regs.vcpu_regs__cr0, CR0_ET | CR0_NE);
            }
            case PROTECTED -> {
                regs.putLong(acrn_vcpu_regs.vcpu_regs__rip, entry);
                flat(regs, AR_32);
                regs.putLong(acrn_vcpu_regs.vcpu_regs__cr0, CR0_PE | CR0_ET | CR0_NE);
            }
            case LONG -> {
                regs.putLong(acrn_vcpu_regs.vcpu_regs__rip, entry);
                flat(regs, AR_64);
                regs.putLong(acrn_vcpu_regs.vcpu_regs__cr0, CR0_PG | CR0_PE | CR0_ET | CR0_NE);
                regs.putLong(acrn_vcpu_regs.vcpu_regs__cr3, IdentityMap.ADDRESS);
                regs.putLong(acrn_vcpu_regs.vcpu_regs__cr4, CR4_PAE);
                regs.putLong(acrn_vcpu_regs.vcpu_regs__ia32_efer, EFER_LMA | EFER_LME);
            }
        }
        file.call(Ioctl.SET_VCPU_REGS, block, "vCPU 0, %s, entry 0x%x".formatted(mode, entry));
    }

    private static void flat(ByteBuffer regs, int access) {
        code(regs, access, FLAT_LIMIT, CODE_SELECTOR, 0);
        for (int segment : DATA_SEGMENTS) {
            regs.putShort(segment, DATA_SELECTOR);
        }
    }

    private static void code(ByteBuffer regs, int access, int limit, short selector, long base) {
        regs.putInt(acrn_vcpu_regs.vcpu_regs__cs_ar, access);
        regs.putInt(acrn_vcpu_regs.vcpu_regs__cs_limit, limit);
        regs.putShort(acrn_vcpu_regs.vcpu_regs__cs_sel, selector);
        regs.putLong(acrn_vcpu_regs.vcpu_regs__cs_base, base);
    }
}
