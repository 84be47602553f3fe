package io.trapline.bench;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import io.trapline.linux.DirectCall;
import io.trapline.linux.Kick;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * The yardstick in Java: as little as a program can do that answers a User VM by JNA's direct mapping. One class that
 * has its numbers from {@code linux/acrn.h} itself, one thread, one device, nothing that can be changed while it runs.
 */
final class BareHsmLoop {
    // spotless:off
    private static final long CREATE_VM      = 0xC030A210L;
    private static final long DESTROY_VM     = 0xA211L;
    private static final long START_VM       = 0xA212L;
    private static final long PAUSE_VM       = 0xA213L;
    private static final long NOTIFY         = 0x4008A231L;
    private static final long CREATE_CLIENT  = 0xA232L;
    private static final long ATTACH         = 0xA233L;
    private static final long DESTROY_CLIENT = 0xA234L;
    private static final long IOEVENTFD      = 0x4020A270L;

    private static final int SLOT = 256, TYPE = 0, DIRECTION = 64, ADDRESS = 72, VALUE = 88;
    private static final int KERNEL_HANDLED = 132, STATE = 136, PROCESSING = 2;
    private static final int CREATION_FLAGS = 24, CREATION_PAGE = 32, CREATION_VCPUS = 4, POLLING = 4;
    private static final int PAGE = 4096, NOTICE = 1024, BELL = 2048, READ_WRITE = 3, ANONYMOUS = 0x22;
    private static final int O_RDWR_CLOEXEC = 0x80002, BELL_IS_PORT = 1;
    // spotless:on

    private static final VarHandle U32 =
            MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final boolean direct;
    private final int fd;
    private final long slotsAddress = map();
    private final ByteBuffer slots = bytes(slotsAddress);
    private final long argumentAddress = map();
    private final ByteBuffer argument = bytes(argumentAddress);
    private final Thread thread = new Thread(this::loop, "loop");
    private final int vcpus;
    private int counter;
    private volatile boolean stop;
    private volatile boolean out;
    private volatile int tid;
    private final AtomicLong rings = new AtomicLong();

    private BareHsmLoop(boolean polling, boolean direct) throws IOException {
        this.direct = direct;
        fd = checked(C.open("/dev/acrn_hsm", O_RDWR_CLOEXEC), "open");
        argument.putLong(CREATION_FLAGS, polling ? POLLING : 0);
        argument.putLong(CREATION_PAGE, slotsAddress);
        call(CREATE_VM, argumentAddress);
        vcpus = argument.getShort(CREATION_VCPUS);
        argument.putShort(NOTICE, (short) vm());
        call(CREATE_CLIENT, 0);
        listen();
        thread.start();
        call(START_VM, 0);
    }

    /**
     * Serves until its standard input ends.
     *
     * @param arguments whether the vCPUs poll; whether its calls go our way instead of JNA's
     */
    public static void main(String[] arguments) throws IOException {
        boolean polling = Boolean.parseBoolean(arguments[0]);
        BareHsmLoop loop = new BareHsmLoop(polling, Boolean.parseBoolean(arguments[1]));
        ModelProcess.serve(loop.vm(), loop::end);
    }

    private int vm() {
        return argument.getShort(0);
    }

    private void loop() {
        tid = Kick.join();
        while (!stop && ioctl(ATTACH, 0) == 0) {
            for (int vcpu = 0; vcpu < vcpus; vcpu++) {
                int slot = vcpu * SLOT;
                if ((int) U32.getAcquire(slots, slot + STATE) == PROCESSING
                        && slots.getInt(slot + KERNEL_HANDLED) == 0) {
                    serve(slot);
                    argument.putInt(NOTICE + 4, vcpu);
                    ioctl(NOTIFY, argumentAddress + NOTICE);
                }
            }
        }
        out = true;
    }

    private int ioctl(long request, long value) {
        return direct ? DirectCall.ioctl(fd, request, value) : C.ioctl(fd, request, value);
    }

    private void serve(int slot) {
        long port = slots.getLong(slot + ADDRESS) - AcrnLoad.COUNTER_PORT;
        boolean ours = slots.getInt(slot + TYPE) == 0 && port >= 0 && port < 8;
        if (slots.getInt(slot + DIRECTION) == 0) {
            slots.putInt(slot + VALUE, ours ? ++counter : -1);
        } else if (ours) {
            counter = slots.getInt(slot + VALUE);
        }
    }

    /** The doorbell, and who hears it. */
    private void listen() throws IOException {
        int eventfd = checked(C.eventfd(0, 0), "eventfd");
        argument.putInt(BELL, eventfd).putInt(BELL + 4, BELL_IS_PORT);
        argument.putLong(BELL + 8, AcrnLoad.DOORBELL_PORT);
        argument.putInt(BELL + 16, AcrnLoad.DOORBELL_WIDTH);
        call(IOEVENTFD, argumentAddress + BELL);
        long count = map();
        Thread listener =
                new Thread(
                        () -> {
                            while (C.read(eventfd, count, Long.BYTES) == Long.BYTES) {
                                rings.incrementAndGet();
                            }
                        },
                        "listener");
        listener.setDaemon(true);
        listener.start();
    }

    private void end() {
        C.ioctl(fd, PAUSE_VM, 0);
        stop = true;
        while (!out) {
            Kick.thread(tid);
            LockSupport.parkNanos(1_000_000);
        }
        C.ioctl(fd, DESTROY_CLIENT, 0);
        C.ioctl(fd, DESTROY_VM, 0);
    }

    private void call(long request, long value) throws IOException {
        checked(C.ioctl(fd, request, value), "ioctl 0x" + Long.toHexString(request));
    }

    private static int checked(int result, String call) throws IOException {
        if (result < 0) {
            throw new IOException(call + ": errno " + Native.getLastError());
        }
        return result;
    }

    private static long map() {
        return C.mmap(0, PAGE, READ_WRITE, ANONYMOUS, -1, 0);
    }

    private static ByteBuffer bytes(long address) {
        return new Pointer(address).getByteBuffer(0, PAGE).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static final class C {
        static {
            Native.register(C.class, NativeLibrary.getInstance("c"));
        }

        static native int open(String path, int flags);

        static native int ioctl(int fd, long request, long argument);

        static native long mmap(long address, long length, int prot, int flags, int fd, long at);

        static native int eventfd(int initial, int flags);

        static native long read(int fd, long buffer, long length);
    }
}
