package io.trapline.kvm;

import com.sun.jna.Pointer;
import io.trapline.linux.Libc;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A vCPU's file descriptor and its mapping: {@code struct kvm_run} and the pages that follow it. */
final class VcpuFile implements AutoCloseable {
    /** Exits that one instruction can make, generously: the longest access is cut into pieces of 8 bytes. */
    private static final int MOST_FRAGMENTS = 1024;

    private final int fd;
    private final long address;
    private final int length;
    private final ByteBuffer run;
    private final CpuState state;
    private boolean closed;

    VcpuFile(int vm, int id, KvmDevice kvm, int vcpus) throws IOException {
        fd = Libc.check(Libc.ioctl(vm, Kvm.KVM_CREATE_VCPU, id), "KVM_CREATE_VCPU " + id);
        long mapped = -1;
        length = kvm.runLength();
        try {
            int access = Libc.PROT_READ | Libc.PROT_WRITE;
            mapped = Libc.mmap(0, length, access, Libc.MAP_SHARED, fd, 0);
            Libc.check(mapped == -1 ? -1 : 0, "mmap of vCPU " + id);
            kvm.cpuid(vcpus).of(id).ioctl(fd, Kvm.KVM_SET_CPUID2, "KVM_SET_CPUID2");
            state = new CpuState(fd);
        } catch (IOException e) {
            release(fd, mapped, length);
            throw e;
        }
        address = mapped;
        run = new Pointer(address).getByteBuffer(0, length).order(ByteOrder.LITTLE_ENDIAN);
    }

    int fd() {
        return fd;
    }

    /** The mapping; never touched once this is closed. */
    ByteBuffer run() {
        return run;
    }

    CpuState state() {
        return state;
    }

    boolean closed() {
        return closed;
    }

    /**
     * Has KVM finish the exit that is half done, if there is one: it would otherwise go on with it, and move the
     * instruction pointer, after the registers have been set. While no thread runs this vCPU; immediate_exit is
     * set, so the guest is not entered.
     */
    void finishExit() {
        for (int fragment = 0; fragment < MOST_FRAGMENTS; fragment++) {
            if (Libc.ioctl(fd, Kvm.KVM_RUN, 0) < 0) {
                return;
            }
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            release(fd, address, length);
        }
    }

    private static void release(int fd, long address, int length) {
        if (address != -1) {
            Libc.munmap(address, length);
        }
        Libc.close(fd);
    }
}
