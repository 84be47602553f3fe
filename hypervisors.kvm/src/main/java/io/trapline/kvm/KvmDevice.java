package io.trapline.kvm;

import io.trapline.linux.DeviceNode;
import io.trapline.linux.DeviceNode.Refused;
import io.trapline.linux.Libc;
import java.io.IOException;

/** An open {@code /dev/kvm}: what can be asked before there is a machine. */
final class KvmDevice implements AutoCloseable {
    static final String PATH = "/dev/kvm";

    private final int fd;
    private Cpuid cpuid;

    private KvmDevice(int fd) {
        this.fd = fd;
    }

    /** Opens the device. */
    static KvmDevice open(String path) throws Refused {
        return new KvmDevice(DeviceNode.open(path, "kvm", errno -> Remedy.of(path, errno)));
    }

    int version() {
        return Libc.ioctl(fd, Kvm.KVM_GET_API_VERSION, 0);
    }

    /** The value of a capability; 0: not there. */
    int extension(int capability) {
        return Math.max(0, Libc.ioctl(fd, Kvm.KVM_CHECK_EXTENSION, capability));
    }

    int createMachine() throws IOException {
        return Libc.check(Libc.ioctl(fd, Kvm.KVM_CREATE_VM, 0), "KVM_CREATE_VM");
    }

    /** Bytes of a vCPU's mapping. */
    int runLength() throws IOException {
        return Libc.check(Libc.ioctl(fd, Kvm.KVM_GET_VCPU_MMAP_SIZE, 0), "KVM_GET_VCPU_MMAP_SIZE");
    }

    /** The page of that mapping in which the ring of coalesced writes is. */
    int ringPage() {
        return extension(Kvm.KVM_CAP_COALESCED_MMIO);
    }

    /** What a machine's vCPUs answer to CPUID. */
    Cpuid cpuid(int vcpus) throws IOException {
        if (cpuid == null) {
            boolean deadline = extension(Kvm.KVM_CAP_TSC_DEADLINE_TIMER) != 0;
            cpuid = Cpuid.of(fd, vcpus, deadline);
        }
        return cpuid;
    }

    @Override
    public void close() {
        Libc.close(fd);
    }
}
