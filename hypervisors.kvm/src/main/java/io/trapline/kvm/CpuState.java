package io.trapline.kvm;

import static java.util.Map.entry;

import io.trapline.hypervisor.CpuMode;
import io.trapline.hypervisor.IdentityMap;
import io.trapline.kvm.Kvm.kvm_debugregs;
import io.trapline.kvm.Kvm.kvm_dtable;
import io.trapline.kvm.Kvm.kvm_lapic_state;
import io.trapline.kvm.Kvm.kvm_mp_state;
import io.trapline.kvm.Kvm.kvm_msr_entry;
import io.trapline.kvm.Kvm.kvm_msrs;
import io.trapline.kvm.Kvm.kvm_regs;
import io.trapline.kvm.Kvm.kvm_segment;
import io.trapline.kvm.Kvm.kvm_sregs;
import io.trapline.kvm.Kvm.kvm_vcpu_events;
import io.trapline.kvm.Kvm.kvm_xcrs;
import io.trapline.kvm.Kvm.kvm_xsave;
import io.trapline.linux.Block;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A vCPU at power-on: read when it is made, written back by a reset, varied for a boot. */
final class CpuState {
    /** One structure that KVM reads and writes as a whole; the order is that of writing. */
    private record Part(String name, long get, long set, int length) {}

    // spotless:off
    private static final Part SREGS = new Part("SREGS", Kvm.KVM_GET_SREGS, Kvm.KVM_SET_SREGS, kvm_sregs.SIZEOF);
    private static final Part REGS = new Part("REGS", Kvm.KVM_GET_REGS, Kvm.KVM_SET_REGS, kvm_regs.SIZEOF);
    private static final List<Part> PARTS = List.of(
        SREGS,
        REGS,
        new Part("XCRS",        Kvm.KVM_GET_XCRS,        Kvm.KVM_SET_XCRS,        kvm_xcrs.SIZEOF),
        new Part("XSAVE",       Kvm.KVM_GET_XSAVE,       Kvm.KVM_SET_XSAVE,       kvm_xsave.SIZEOF),
        new Part("DEBUGREGS",   Kvm.KVM_GET_DEBUGREGS,   Kvm.KVM_SET_DEBUGREGS,   kvm_debugregs.SIZEOF),
        new Part("LAPIC",       Kvm.KVM_GET_LAPIC,       Kvm.KVM_SET_LAPIC,       kvm_lapic_state.SIZEOF),
        new Part("MP_STATE",    Kvm.KVM_GET_MP_STATE,    Kvm.KVM_SET_MP_STATE,    kvm_mp_state.SIZEOF),
        new Part("VCPU_EVENTS", Kvm.KVM_GET_VCPU_EVENTS, Kvm.KVM_SET_VCPU_EVENTS, kvm_vcpu_events.SIZEOF));

    /** Intel SDM volume 4, table 2-2: what software can have changed and the structures above do not hold. */
    private static final int[] MSRS = {
        0x10,                                   // IA32_TIME_STAMP_COUNTER
        0x174, 0x175, 0x176,                    // IA32_SYSENTER_CS, _ESP, _EIP
        0x1A0,                                  // IA32_MISC_ENABLE
        0x277,                                  // IA32_PAT
        0x2FF,                                  // IA32_MTRR_DEF_TYPE
        0x6E0,                                  // IA32_TSC_DEADLINE
        0xC0000081, 0xC0000082, 0xC0000083,     // IA32_STAR, _LSTAR, _CSTAR
        0xC0000084,                             // IA32_FMASK
        0xC0000102, 0xC0000103,                 // IA32_KERNEL_GS_BASE, IA32_TSC_AUX
    };

    /** The registers an administrator sees when a guest dies, in the order of Intel SDM volume 1, 3.4. */
    private static final List<Map.Entry<String, Integer>> GENERAL = List.of(
        entry("rip", kvm_regs.rip), entry("rflags", kvm_regs.rflags),
        entry("rax", kvm_regs.rax), entry("rbx", kvm_regs.rbx),
        entry("rcx", kvm_regs.rcx), entry("rdx", kvm_regs.rdx),
        entry("rsi", kvm_regs.rsi), entry("rdi", kvm_regs.rdi),
        entry("rsp", kvm_regs.rsp), entry("rbp", kvm_regs.rbp),
        entry("r8",  kvm_regs.r8),  entry("r9",  kvm_regs.r9),
        entry("r10", kvm_regs.r10), entry("r11", kvm_regs.r11),
        entry("r12", kvm_regs.r12), entry("r13", kvm_regs.r13),
        entry("r14", kvm_regs.r14), entry("r15", kvm_regs.r15));
    private static final List<Map.Entry<String, Integer>> SEGMENTS = List.of(
        entry("cs", kvm_sregs.cs), entry("ds", kvm_sregs.ds), entry("es", kvm_sregs.es),
        entry("fs", kvm_sregs.fs), entry("gs", kvm_sregs.gs), entry("ss", kvm_sregs.ss));
    private static final List<Map.Entry<String, Integer>> CONTROL = List.of(
        entry("cr0", kvm_sregs.cr0), entry("cr2", kvm_sregs.cr2), entry("cr3", kvm_sregs.cr3),
        entry("cr4", kvm_sregs.cr4), entry("efer", kvm_sregs.efer),
        entry("gdt", kvm_sregs.gdt + kvm_dtable.base), entry("idt", kvm_sregs.idt + kvm_dtable.base));

    private static final long RFLAGS_RESERVED = 1 << 1;
    private static final long CR0_PE = 1, CR0_ET = 1 << 4, CR0_NE = 1 << 5, CR0_PG = 1L << 31;
    private static final long CR4_PAE = 1 << 5;
    private static final long EFER_LME = 1 << 8, EFER_LMA = 1 << 10;
    private static final byte CODE = 11, DATA = 3;
    private static final short CODE_SELECTOR = 0x08, DATA_SELECTOR = 0x10;
    // spotless:on

    private final int vcpu;
    private final Map<Part, Block> powerOn = new LinkedHashMap<>();
    private final Block msr = new Block(kvm_msrs.entries + kvm_msr_entry.SIZEOF);
    private final Map<Integer, Long> msrs = new LinkedHashMap<>();

    /** Reads a vCPU that was just made. */
    CpuState(int vcpu) throws IOException {
        this.vcpu = vcpu;
        for (Part part : PARTS) {
            Block block = new Block(part.length);
            block.ioctl(vcpu, part.get, "KVM_GET_" + part.name);
            powerOn.put(part, block);
        }
        for (int index : MSRS) {
            if (accessMsr(Kvm.KVM_GET_MSRS, index, 0)) {
                msrs.put(index, msr.bytes.getLong(kvm_msrs.entries + kvm_msr_entry.data));
            }
        }
    }

    /** Sets the vCPU to power-on. An MSR that this host cannot set is one the guest could not set either. */
    void restore() throws IOException {
        for (Part part : PARTS) {
            powerOn.get(part).ioctl(vcpu, part.set, "KVM_SET_" + part.name);
        }
        msrs.forEach((index, value) -> accessMsr(Kvm.KVM_SET_MSRS, index, value));
    }

    /** Sets the registers that differ from power-on. */
    void boot(CpuMode mode, long entry) throws IOException {
        Block sregs = copy(SREGS);
        Block regs = copy(REGS);
        regs.bytes.putLong(kvm_regs.rflags, RFLAGS_RESERVED);
        regs.bytes.putLong(kvm_regs.rip, entry);
        switch (mode) {
            case REAL -> {
                sregs.bytes.putLong(kvm_sregs.cs + kvm_segment.base, entry & ~0xFL);
                sregs.bytes.putShort(kvm_sregs.cs + kvm_segment.selector, (short) (entry >>> 4));
                regs.bytes.putLong(kvm_regs.rip, entry & 0xF);
            }
            case PROTECTED -> {
                flatSegments(sregs.bytes, false);
                sregs.bytes.putLong(kvm_sregs.cr0, CR0_PE | CR0_ET | CR0_NE);
            }
            case LONG -> {
                flatSegments(sregs.bytes, true);
                sregs.bytes.putLong(kvm_sregs.cr0, CR0_PG | CR0_PE | CR0_ET | CR0_NE);
                sregs.bytes.putLong(kvm_sregs.cr3, IdentityMap.ADDRESS);
                sregs.bytes.putLong(kvm_sregs.cr4, CR4_PAE);
                sregs.bytes.putLong(kvm_sregs.efer, EFER_LMA | EFER_LME);
            }
        }
        sregs.ioctl(vcpu, Kvm.KVM_SET_SREGS, "KVM_SET_SREGS for " + mode);
        regs.ioctl(vcpu, Kvm.KVM_SET_REGS, "KVM_SET_REGS for " + mode);
    }

    /** The registers as they are; empty if KVM does not tell. Only for a vCPU that is dead: it is slow. */
    Map<String, Long> registers() {
        Block regs = new Block(kvm_regs.SIZEOF);
        Block sregs = new Block(kvm_sregs.SIZEOF);
        Map<String, Long> registers = new LinkedHashMap<>();
        if (regs.ioctl(vcpu, Kvm.KVM_GET_REGS) < 0 || sregs.ioctl(vcpu, Kvm.KVM_GET_SREGS) < 0) {
            return registers;
        }
        GENERAL.forEach(row -> registers.put(row.getKey(), regs.bytes.getLong(row.getValue())));
        for (Map.Entry<String, Integer> row : SEGMENTS) {
            int selector = sregs.bytes.getShort(row.getValue() + kvm_segment.selector) & 0xFFFF;
            registers.put(row.getKey(), (long) selector);
            registers.put(row.getKey() + ".base", sregs.bytes.getLong(row.getValue()));
        }
        CONTROL.forEach(row -> registers.put(row.getKey(), sregs.bytes.getLong(row.getValue())));
        return registers;
    }

    /** The physical address behind a linear one; -1 where nothing is mapped. */
    long translate(long linear) {
        Block translation = new Block(Kvm.kvm_translation.SIZEOF);
        translation.bytes.putLong(Kvm.kvm_translation.linear_address, linear);
        boolean mapped =
                translation.ioctl(vcpu, Kvm.KVM_TRANSLATE) >= 0
                        && translation.bytes.get(Kvm.kvm_translation.valid) != 0;
        return mapped ? translation.bytes.getLong(Kvm.kvm_translation.physical_address) : -1;
    }

    private boolean accessMsr(long request, int index, long value) {
        msr.bytes.putInt(kvm_msrs.nmsrs, 1);
        msr.bytes.putInt(kvm_msrs.entries + kvm_msr_entry.index, index);
        msr.bytes.putLong(kvm_msrs.entries + kvm_msr_entry.data, value);
        return msr.ioctl(vcpu, request) == 1;
    }

    private Block copy(Part part) {
        Block copy = new Block(part.length);
        copy.bytes.put(0, powerOn.get(part).bytes, 0, part.length);
        return copy;
    }

    /** Base 0, limit 4 GiB; no descriptor table stands behind them, the guest loads its own. */
    private static void flatSegments(ByteBuffer sregs, boolean longMode) {
        SEGMENTS.forEach(row -> flat(sregs, row.getValue(), DATA_SELECTOR, DATA));
        flat(sregs, kvm_sregs.cs, CODE_SELECTOR, CODE);
        sregs.put(kvm_sregs.cs + kvm_segment.l, (byte) (longMode ? 1 : 0));
        sregs.put(kvm_sregs.cs + kvm_segment.db, (byte) (longMode ? 0 : 1));
    }

    private static void flat(ByteBuffer sregs, int segment, short selector, byte type) {
        sregs.putLong(segment + kvm_segment.base, 0);
        sregs.putInt(segment + kvm_segment.limit, 0xFFFF_FFFF);
        sregs.putShort(segment + kvm_segment.selector, selector);
        sregs.put(segment + kvm_segment.type, type);
        sregs.put(segment + kvm_segment.present, (byte) 1);
        sregs.put(segment + kvm_segment.dpl, (byte) 0);
        sregs.put(segment + kvm_segment.db, (byte) 1);
        sregs.put(segment + kvm_segment.s, (byte) 1);
        sregs.put(segment + kvm_segment.l, (byte) 0);
        sregs.put(segment + kvm_segment.g, (byte) 1);
        sregs.put(segment + kvm_segment.unusable, (byte) 0);
    }
}
