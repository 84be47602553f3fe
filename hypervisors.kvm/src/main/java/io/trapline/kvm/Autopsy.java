package io.trapline.kvm;

import io.trapline.hypervisor.VmStop;
import io.trapline.hypervisor.VmStop.Kind;
import io.trapline.kvm.Kvm.kvm_run;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Map;

/** Says why a vCPU cannot go on: from its last exit, its registers and the code before it. */
final class Autopsy {
    private static final int LONGEST_INSTRUCTION = 15;

    private final VcpuFile vcpu;
    private final GuestRam ram;

    Autopsy(VcpuFile vcpu, GuestRam ram) {
        this.vcpu = vcpu;
        this.ram = ram;
    }

    /**
     * The report.
     *
     * @param failure what went wrong outside the guest; empty: the exit tells
     */
    VmStop report(int id, String failure) {
        Map<String, Long> registers = vcpu.state().registers();
        if (!failure.isEmpty()) {
            return new VmStop(Kind.DIED, id, failure, registers);
        }
        ByteBuffer run = vcpu.run();
        int reason = run.getInt(kvm_run.exit_reason);
        return switch (reason) {
            case Kvm.KVM_EXIT_SHUTDOWN ->
                    new VmStop(Kind.DIED, id, "triple fault" + where(registers), registers);
            case Kvm.KVM_EXIT_INTERNAL_ERROR ->
                    new VmStop(Kind.DIED, id, internalError(registers), registers);
            case Kvm.KVM_EXIT_FAIL_ENTRY ->
                    new VmStop(
                            Kind.DIED,
                            id,
                            "the processor refused to enter the guest: reason 0x%X"
                                    .formatted(
                                            run.getLong(
                                                    kvm_run.fail_entry__hardware_entry_failure_reason)),
                            registers);
            case Kvm.KVM_EXIT_HLT -> new VmStop(Kind.HALTED, id, "halted", registers);
            case Kvm.KVM_EXIT_SYSTEM_EVENT -> systemEvent(id, registers);
            default -> new VmStop(Kind.DIED, id, "KVM exit " + reason, registers);
        };
    }

    private VmStop systemEvent(int id, Map<String, Long> registers) {
        int type = vcpu.run().getInt(kvm_run.system_event__type);
        Kind kind =
                switch (type) {
                    case Kvm.KVM_SYSTEM_EVENT_SHUTDOWN -> Kind.SHUTDOWN;
                    case Kvm.KVM_SYSTEM_EVENT_RESET -> Kind.RESET;
                    default -> Kind.DIED;
                };
        return new VmStop(kind, id, "KVM system event " + type, registers);
    }

    private String internalError(Map<String, Long> registers) {
        int suberror = vcpu.run().getInt(kvm_run.internal__suberror);
        return switch (suberror) {
            case Kvm.KVM_INTERNAL_ERROR_EMULATION ->
                    "KVM cannot emulate an instruction: bytes "
                            + instruction(registers)
                            + where(registers);
            case Kvm.KVM_INTERNAL_ERROR_SIMUL_EX ->
                    "KVM met two exceptions at once" + where(registers);
            case Kvm.KVM_INTERNAL_ERROR_DELIVERY_EV ->
                    "KVM left the guest while delivering an event" + where(registers);
            case Kvm.KVM_INTERNAL_ERROR_UNEXPECTED_EXIT_REASON ->
                    "the processor left the guest for a reason KVM does not know"
                            + where(registers);
            default -> "KVM internal error " + suberror + where(registers);
        };
    }

    /** The bytes of the instruction: KVM's, where it gives them, else those in memory at CS:RIP. */
    private String instruction(Map<String, Long> registers) {
        ByteBuffer run = vcpu.run();
        long flags = run.getLong(kvm_run.emulation_failure__flags);
        byte[] bytes = new byte[0];
        if (run.getInt(kvm_run.internal__ndata) >= 3
                && (flags & Kvm.KVM_INTERNAL_ERROR_EMULATION_FLAG_INSTRUCTION_BYTES) != 0) {
            int size = run.get(kvm_run.emulation_failure__insn_size);
            bytes = new byte[Math.max(0, Math.min(size, LONGEST_INSTRUCTION))];
            run.get(kvm_run.emulation_failure__insn_bytes, bytes);
        } else if (!registers.isEmpty()) {
            long linear = registers.get("cs.base") + registers.get("rip");
            ByteBuffer code = ram.window(vcpu.state().translate(linear));
            if (code != null) {
                bytes = new byte[Math.min(code.remaining(), LONGEST_INSTRUCTION)];
                code.get(bytes);
            }
        }
        return bytes.length == 0 ? "unknown" : HexFormat.ofDelimiter(" ").formatHex(bytes);
    }

    private static String where(Map<String, Long> registers) {
        return registers.isEmpty()
                ? ""
                : " at cs:rip %04X:%X".formatted(registers.get("cs"), registers.get("rip"));
    }
}
