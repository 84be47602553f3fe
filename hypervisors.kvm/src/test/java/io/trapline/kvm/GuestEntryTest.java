package io.trapline.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.kvm.Kvm.kvm_run;
import io.trapline.linux.Descriptor;
import io.trapline.linux.Libc;
import org.junit.jupiter.api.Test;

/** KVM_RUN by our own few bytes, and by JNA, say the same. */
class GuestEntryTest {
    @Test
    void bothWaysAgree() throws Exception {
        Lab.needKvm();
        assertTrue(GuestEntry.isDirect(), "bound to the short way");
        try (KvmDevice kvm = KvmDevice.open(KvmDevice.PATH);
                Descriptor machine = new Descriptor(kvm.createMachine())) {
            new Chips(machine);
            try (VcpuFile vcpu = new VcpuFile(machine.fd(), 0, kvm, 1)) {
                vcpu.run().put(kvm_run.immediate_exit, (byte) 1);
                assertEquals(-Libc.EINTR, GuestEntry.run(vcpu.fd()));
                assertEquals(-Libc.EINTR, GuestEntry.runByLibrary(vcpu.fd()));
            }
        }
        assertEquals(-9, GuestEntry.run(-1), "EBADF");
        assertEquals(-9, GuestEntry.runByLibrary(-1), "EBADF");
    }
}
