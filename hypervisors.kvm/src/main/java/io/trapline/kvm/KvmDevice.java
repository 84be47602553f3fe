package io.trapline.kvm;

import com.sun.jna.Native;
import java.io.IOException;
import java.lang.ref.Reference;

/** An open {@code /dev/kvm}: what can be asked before there is a machine. */
final class KvmDevice implements AutoCloseable {
    static final String PATH = "/dev/kvm";

    private final int fd;
    private Cpuid cpuid;

    private KvmDevice(int fd) {
        this.fd = fd;
    }

    /** Opens the device; the errno of a refusal is in the exception, its text says what to do. */
    static KvmDevice open(String path) throws Refused {
        Block name = Block.of(path);
        int fd = Libc.open(name.address(), Libc.O_RDWR | Libc.O_CLOEXEC);
        int errno = fd < 0 ? Native.getLastError() : 0;
        Reference.reachabilityFence(name);
        if (fd < 0) {
            throw new Refused(path, errno);
        }
        return new KvmDevice(fd);
    }

    /** The device cannot be opened. */
    static final class Refused extends IOException {
        private static final long serialVersionUID = 1;

        private final String reason;
        private final String remedy;

        Refused(String path, int errno) {
            this(path, Libc.text(errno), Remedy.of(path, errno));
        }

        private Refused(String path, String reason, String remedy) {
            super("open " + path + ": " + reason + "; " + remedy);
            this.reason = reason;
            this.remedy = remedy;
        }

        String reason() {
            return reason;
        }

        String remedy() {
            return remedy;
        }
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
