package io.trapline.acrn;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Pipe;

/**
 * The least that is a device model on the HSM: a loop over the driver's calls, without any of ours, that does what an
 * {@link AddressPlan} asks for. What the rig's own tests and the random guest are tried on.
 */
final class BareModel implements AutoCloseable {
    static final int VCPUS = 4;
    private static final long SET_IRQLINE = 0x4008A225L;
    private static final long INJECT_MSI = 0x4010A223L;

    /** Where the guest's memory begins, and how much of it there is. */
    static final long RAM = 0;

    static final int RAM_LENGTH = 4 << 20;

    private static final long CREATE_VM = 0xC030A210L;
    private static final long DESTROY_VM = 0xA211;
    private static final long START_VM = 0xA212;
    private static final long PAUSE_VM = 0xA213;
    private static final long NOTIFY_REQUEST_FINISH = 0x4008A231L;
    private static final long CREATE_IOREQ_CLIENT = 0xA232;
    private static final long ATTACH_IOREQ_CLIENT = 0xA233;
    private static final long DESTROY_IOREQ_CLIENT = 0xA234;
    private static final long SET_MEMSEG = 0x4020A241L;

    /** {@code ACRN_MEM_ACCESS_RWX | ACRN_MEM_TYPE_WB}. */
    private static final int NORMAL_MEMORY = 0x47;

    /** Parts of the page of arguments; the attach loop has its own. */
    private static final int ARGUMENT = 0;

    private static final int NOTIFICATION = 2048;

    /** SIGRTMAX - 2, for which java.nio has an empty handler. */
    private static final int WAKE = 62;

    private static final int PROCESSING = 2;
    private static final VarHandle U32 =
            MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private static final class C {
        static {
            Native.register(C.class, NativeLibrary.getInstance("c"));
        }

        static native int open(String path, int flags);

        static native int close(int fd);

        static native int ioctl(int fd, long command, long argument);

        static native long mmap(
                long a, long length, int protection, int flags, int fd, long offset);

        static native int munmap(long address, long length);

        static native int madvise(long address, long length, int advice);

        static native long pthread_self();

        static native int pthread_kill(long thread, int signal);
    }

    private final int fd;
    private final long page = map(4096);
    private final long arguments = map(4096);
    private final long ram = map(RAM_LENGTH);
    private final ByteBuffer slots = buffer(page, 4096);
    private final ByteBuffer argument = buffer(arguments, 4096);
    private final Playground[] playgrounds = new Playground[VCPUS];
    private final Thread loop = new Thread(this::loop, "bare model");
    private final int vm;
    private volatile boolean stopping;

    /** Guarded by this object, so that a thread that is signalled is there: pthread_kill crashes on one that is not. */
    private long loopId;

    /** A started machine of four vCPUs. */
    BareModel() throws IOException {
        Pipe.open().sink().close(); // installs the handler
        fd = check("open", C.open("/dev/acrn_hsm", 2 | 02000000));
        argument.putLong(ARGUMENT + 32, page);
        call(CREATE_VM, ARGUMENT);
        vm = argument.getShort(ARGUMENT);
        C.madvise(ram, RAM_LENGTH, 15); // no huge pages: the segment must end where it ends
        argument.putInt(ARGUMENT, 0).putInt(ARGUMENT + 4, NORMAL_MEMORY);
        argument.putLong(8, RAM).putLong(16, ram).putLong(24, RAM_LENGTH);
        call(SET_MEMSEG, ARGUMENT);
        call(CREATE_IOREQ_CLIENT, -1);
        call(START_VM, -1);
        for (int vcpu = 0; vcpu < VCPUS; vcpu++) {
            playgrounds[vcpu] = new Playground(new AddressPlan() {}, vcpu);
        }
        argument.putLong(NOTIFICATION, vm);
        loop.start();
    }

    private static long map(long length) {
        return C.mmap(0, length, 3, 0x22, -1, 0);
    }

    private static ByteBuffer buffer(long address, long length) {
        return new Pointer(address).getByteBuffer(0, length).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int check(String what, int result) throws IOException {
        if (result < 0) {
            throw new IOException(what + ": errno " + Native.getLastError());
        }
        return result;
    }

    private void call(long command, int offset) throws IOException {
        long place = offset < 0 ? 0 : arguments + offset;
        check("ioctl %#x".formatted(command), C.ioctl(fd, command, place));
    }

    int vm() {
        return vm;
    }

    /** What the guest would find at the start of its memory. */
    ByteBuffer ram() {
        return buffer(ram, RAM_LENGTH);
    }

    /** The operation is 0 for high, 1 for low; the argument is the number itself. */
    void line(int gsi, int operation) throws IOException {
        check("SET_IRQLINE", C.ioctl(fd, SET_IRQLINE, gsi | (long) operation << 32));
    }

    void msi(long address, long data) throws IOException {
        argument.putLong(ARGUMENT, address).putLong(ARGUMENT + 8, data);
        check("INJECT_MSI", C.ioctl(fd, INJECT_MSI, arguments + ARGUMENT));
    }

    /** Tells the driver that a request is answered, whether there was one or not. */
    void complete(int vcpu) throws IOException {
        argument.putLong(ARGUMENT, vm).putInt(ARGUMENT + 4, vcpu);
        call(NOTIFY_REQUEST_FINISH, ARGUMENT);
    }

    void pause() throws IOException {
        call(PAUSE_VM, -1);
    }

    private void loop() {
        synchronized (this) {
            loopId = C.pthread_self();
        }
        try {
            serve();
        } finally {
            synchronized (this) {
                loopId = 0;
            }
        }
    }

    private synchronized void wake() {
        if (loopId != 0) {
            C.pthread_kill(loopId, WAKE);
        }
    }

    private void serve() {
        while (!stopping && C.ioctl(fd, ATTACH_IOREQ_CLIENT, 0) == 0) {
            for (int vcpu = 0; vcpu < VCPUS; vcpu++) {
                int slot = vcpu * 256;
                if ((int) U32.getAcquire(slots, slot + 136) == PROCESSING
                        && slots.getInt(slot + 132) == 0) {
                    serve(slot);
                    argument.putInt(NOTIFICATION + 4, vcpu);
                    C.ioctl(fd, NOTIFY_REQUEST_FINISH, arguments + NOTIFICATION);
                }
            }
        }
    }

    private void serve(int slot) {
        int type = slots.getInt(slot);
        boolean write = slots.getInt(slot + 64) != 0;
        boolean configuration = type == 2;
        long address =
                configuration
                        ? slots.getInt(slot + 96) << 16 | slots.getInt(slot + 104)
                        : slots.getLong(slot + 72);
        int width = (int) slots.getLong(slot + 80);
        long value = type == 1 ? slots.getLong(slot + 88) : slots.getInt(slot + 88);
        long answer = -1;
        for (Playground playground : playgrounds) {
            if (playground.has(type, address)) {
                answer = playground.access(type, address, width, write, value);
                break;
            }
        }
        if (!write && type == 1) {
            slots.putLong(slot + 88, answer);
        } else if (!write) {
            slots.putInt(slot + 88, (int) answer);
        }
    }

    /** In the order that the driver needs: pause, nobody in ATTACH, client, machine. */
    @Override
    public void close() throws IOException {
        pause();
        stopping = true;
        try {
            while (loop.isAlive()) {
                wake();
                loop.join(10);
            }
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
        call(DESTROY_IOREQ_CLIENT, -1);
        call(DESTROY_VM, -1);
        C.close(fd);
        C.munmap(page, 4096);
        C.munmap(arguments, 4096);
        C.munmap(ram, RAM_LENGTH);
    }
}
