package io.trapline.kvm;

import com.sun.jna.Native;
import io.trapline.kvm.Kvm.kvm_cpuid2;
import io.trapline.kvm.Kvm.kvm_cpuid_entry2;
import io.trapline.linux.Block;
import io.trapline.linux.Libc;
import java.io.IOException;

/** What a vCPU's CPUID answers: all that KVM supports here, with the vCPU's own number put in. */
final class Cpuid {
    // Intel SDM volume 2, CPUID
    private static final int FEATURES = 0x1, TOPOLOGY = 0xB, TOPOLOGY_V2 = 0x1F;
    private static final int ECX_TSC_DEADLINE = 1 << 24, ECX_HYPERVISOR = 1 << 31;
    private static final int EDX_HTT = 1 << 28;
    private static final int MOST = 1024;

    private final Block supported;
    private final int vcpus;
    private final boolean tscDeadline;

    private Cpuid(Block supported, int vcpus, boolean tscDeadline) {
        this.supported = supported;
        this.vcpus = vcpus;
        this.tscDeadline = tscDeadline;
    }

    /**
     * Asks KVM.
     *
     * @param tscDeadline whether the in-kernel APIC has the timer; KVM leaves it out of what it supports
     */
    static Cpuid of(int kvm, int vcpus, boolean tscDeadline) throws IOException {
        for (int entries = 128; ; entries *= 2) {
            Block block = new Block(kvm_cpuid2.entries + entries * kvm_cpuid_entry2.SIZEOF);
            block.bytes.putInt(kvm_cpuid2.nent, entries);
            if (block.ioctl(kvm, Kvm.KVM_GET_SUPPORTED_CPUID) >= 0) {
                return new Cpuid(block, vcpus, tscDeadline);
            }
            if (Native.getLastError() != Libc.E2BIG || entries >= MOST) {
                Libc.check(-1, "KVM_GET_SUPPORTED_CPUID");
            }
        }
    }

    /** The table of one vCPU; its APIC's number is its own. */
    Block of(int id) {
        Block table = new Block(supported.bytes.capacity());
        table.bytes.put(0, supported.bytes, 0, supported.bytes.capacity());
        int entries = table.bytes.getInt(kvm_cpuid2.nent);
        for (int entry = 0; entry < entries; entry++) {
            patch(table, kvm_cpuid2.entries + entry * kvm_cpuid_entry2.SIZEOF, id);
        }
        return table;
    }

    private void patch(Block table, int at, int id) {
        switch (table.bytes.getInt(at + kvm_cpuid_entry2.function)) {
            case FEATURES -> {
                int ebx = table.bytes.getInt(at + kvm_cpuid_entry2.ebx) & 0xFFFF;
                table.bytes.putInt(at + kvm_cpuid_entry2.ebx, ebx | vcpus << 16 | id << 24);
                int ecx = table.bytes.getInt(at + kvm_cpuid_entry2.ecx) | ECX_HYPERVISOR;
                table.bytes.putInt(
                        at + kvm_cpuid_entry2.ecx, ecx | (tscDeadline ? ECX_TSC_DEADLINE : 0));
                int edx = table.bytes.getInt(at + kvm_cpuid_entry2.edx) & ~EDX_HTT;
                table.bytes.putInt(at + kvm_cpuid_entry2.edx, edx | (vcpus > 1 ? EDX_HTT : 0));
            }
            case TOPOLOGY, TOPOLOGY_V2 -> table.bytes.putInt(at + kvm_cpuid_entry2.edx, id);
            default -> {
                // the same for every vCPU
            }
        }
    }
}
