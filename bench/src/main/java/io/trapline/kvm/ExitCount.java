package io.trapline.kvm;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * How often the vCPU of this process's only machine has left its guest, as the kernel counts it
 * (KVM_GET_STATS_FD, Documentation/virt/kvm/api.rst 4.133; Linux 5.14 and later).
 */
public final class ExitCount implements AutoCloseable {
    private static final long KVM_GET_STATS_FD = 0xAECEL;
    private static final String STATISTIC = "exits";

    // struct kvm_stats_header, and struct kvm_stats_desc, whose name follows it
    private static final int HEADER = 24;
    private static final int NAME_SIZE = 4;
    private static final int NUMBER = 8;
    private static final int DESCRIPTORS = 16;
    private static final int DATA = 20;
    private static final int DESCRIPTOR = 16;
    private static final int DESCRIPTOR_OFFSET = 8;

    private final int fd;
    private final long place;
    private final ByteBuffer value = ByteBuffer.allocateDirect(Long.BYTES);

    private ExitCount(int fd, long place) {
        this.fd = fd;
        this.place = place;
        value.order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Opens the statistics of vCPU 0; null where this kernel does not have them, or not this one. */
    public static ExitCount open() throws IOException {
        int vcpu = vcpu();
        int fd = vcpu < 0 ? -1 : Calls.ioctl(vcpu, KVM_GET_STATS_FD, 0);
        if (fd < 0) {
            return null;
        }
        long place = place(fd);
        if (place < 0) {
            Calls.close(fd);
            return null;
        }
        return new ExitCount(fd, place);
    }

    private static int vcpu() throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            List<Path> open = descriptors.toList();
            for (Path descriptor : open) {
                if (Files.isSymbolicLink(descriptor)
                        && Files.readSymbolicLink(descriptor)
                                .toString()
                                .equals("anon_inode:kvm-vcpu:0")) {
                    return Integer.parseInt(descriptor.getFileName().toString());
                }
            }
        }
        return -1;
    }

    private static long place(int fd) throws IOException {
        ByteBuffer header = read(fd, HEADER, 0);
        int nameSize = header.getInt(NAME_SIZE);
        for (int i = 0; i < header.getInt(NUMBER); i++) {
            int length = DESCRIPTOR + nameSize;
            ByteBuffer descriptor =
                    read(fd, length, header.getInt(DESCRIPTORS) + (long) i * length);
            byte[] name = new byte[nameSize];
            descriptor.get(DESCRIPTOR, name);
            if (new String(name, StandardCharsets.US_ASCII).trim().equals(STATISTIC)) {
                return header.getInt(DATA) + (long) descriptor.getInt(DESCRIPTOR_OFFSET);
            }
        }
        return -1;
    }

    private static ByteBuffer read(int fd, int length, long offset) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(length).order(ByteOrder.LITTLE_ENDIAN);
        if (Calls.pread(fd, buffer, length, offset) != length) {
            throw new IOException("KVM's statistics end at " + offset);
        }
        return buffer;
    }

    /** The exits until now. */
    public long exits() {
        Calls.pread(fd, value, Long.BYTES, place);
        return value.getLong(0);
    }

    @Override
    public void close() {
        Calls.close(fd);
    }

    private static final class Calls {
        static {
            Native.register(Calls.class, NativeLibrary.getInstance("c"));
        }

        static native int ioctl(int fd, long request, long argument);

        static native long pread(int fd, ByteBuffer buffer, long length, long offset);

        static native int close(int fd);
    }
}
