package io.trapline.linux;

import com.sun.jna.Function;
import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import io.trapline.linux.Libc.iovec;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;

/**
 * System calls that each request of a guest costs: KVM_RUN, the HSM's ATTACH and NOTIFY, the wait for a doorbell, a
 * disk's read or write.
 *
 * <p>JNA's direct mapping goes through libffi twice. In a hot loop that costs 110 ns; in one that comes back from
 * the kernel with cold caches, 500 to 600 ns, more than all the rest of a request. So the native method {@link
 * #enter} is bound to a few bytes of our own that make the system call and nothing else: JNI's RegisterNatives,
 * called through JNA, does for us what it does for JNA itself. The method is an ordinary JNI one: a thread in it
 * holds up no safepoint. Where the host forbids executable memory, or {@value #PROPERTY} is {@code jna}, the call
 * goes through JNA after all.
 */
public final class DirectCall {
    /** System property: {@code jna} for the long way. */
    public static final String PROPERTY = "io.trapline.linux.calls";

    /**
     * {@code jlong enter(JNIEnv *rdi, jclass rsi, jlong rdx, jlong rcx, jlong r8, jlong r9, three jlongs on the
     * stack)}. The kernel takes the call's number in rax, its arguments in rdi, rsi, rdx, r10, r8 and r9, and answers
     * in rax: a value, or an errno negated; rcx and r11 are lost, which are the caller's to save (System V ABI for
     * AMD64, 3.2.3 and A.2.1).
     */
    private static final String CODE =
            "F30F1EFA" // endbr64
                    + "4889D0" // mov rax, rdx
                    + "4889CF" // mov rdi, rcx
                    + "4C89C6" // mov rsi, r8
                    + "4C89CA" // mov rdx, r9
                    + "4C8B542408" // mov r10, [rsp + 8]
                    + "4C8B442410" // mov r8, [rsp + 16]
                    + "4C8B4C2418" // mov r9, [rsp + 24]
                    + "0F05" // syscall
                    + "C3"; // ret

    // spotless:off
    // jni.h: indices of the functions in their tables
    private static final int GET_ENV          = 6;
    private static final int REGISTER_NATIVES = 215;
    private static final int JNI_VERSION_1_8  = 0x00010008;
    // spotless:on

    private static final int PAGE = 4096;
    private static final boolean DIRECT = bind();

    private DirectCall() {}

    /** ioctl(2): what it returned, or an errno negated. */
    public static int ioctl(int fd, long request, long argument) {
        return DIRECT
                ? (int) enter(Libc.SYS_ioctl, fd, request, argument, 0, 0, 0)
                : ioctlByLibrary(fd, request, argument);
    }

    /** The same by way of JNA. */
    public static int ioctlByLibrary(int fd, long request, long argument) {
        return result(Libc.ioctl(fd, request, argument));
    }

    /** epoll_wait(2) without an end: the number of events, or an errno negated. */
    public static int epollWait(int epoll, long events, int count) {
        return DIRECT
                ? (int) enter(Libc.SYS_epoll_wait, epoll, events, count, -1, 0, 0)
                : epollWaitByLibrary(epoll, events, count);
    }

    /** The same by way of JNA. */
    public static int epollWaitByLibrary(int epoll, long events, int count) {
        return result(Libc.epoll_wait(epoll, events, count, -1));
    }

    /**
     * Reads from a place in a file into one piece of memory, pread(2), or into several, preadv2(2).
     *
     * @param vector of {@code struct iovec}, their number is {@code count}
     * @param flags of preadv2(2); 0: none
     * @return how many bytes, or an errno negated
     */
    public static long read(int fd, Block vector, int first, int count, long position, int flags) {
        long at = vector.address() + (long) first * iovec.SIZEOF;
        if (count != 1 || flags != 0) {
            return DIRECT
                    ? enter(Libc.SYS_preadv2, fd, at, count, position, 0, flags)
                    : result(Libc.preadv2(fd, at, count, position, flags));
        }
        long base = vector.bytes.getLong(first * iovec.SIZEOF + iovec.iov_base);
        long length = vector.bytes.getLong(first * iovec.SIZEOF + iovec.iov_len);
        return DIRECT
                ? enter(Libc.SYS_pread64, fd, base, length, position, 0, 0)
                : result(Libc.pread(fd, base, length, position));
    }

    /** The same the other way: pwrite(2) or pwritev2(2). */
    public static long write(int fd, Block vector, int first, int count, long position) {
        long at = vector.address() + (long) first * iovec.SIZEOF;
        if (count != 1) {
            return DIRECT
                    ? enter(Libc.SYS_pwritev2, fd, at, count, position, 0, 0)
                    : result(Libc.pwritev2(fd, at, count, position, 0));
        }
        long base = vector.bytes.getLong(first * iovec.SIZEOF + iovec.iov_base);
        long length = vector.bytes.getLong(first * iovec.SIZEOF + iovec.iov_len);
        return DIRECT
                ? enter(Libc.SYS_pwrite64, fd, base, length, position, 0, 0)
                : result(Libc.pwrite(fd, base, length, position));
    }

    private static int result(int result) {
        return (int) result((long) result);
    }

    private static long result(long result) {
        return result < 0 ? -Native.getLastError() : result;
    }

    /** Whether it goes the short way. */
    public static boolean isDirect() {
        return DIRECT;
    }

    private static native long enter(
            long number, long first, long second, long third, long fourth, long fifth, long sixth);

    /** The page stays for good, since a thread may be in it for as long as this class lives. */
    private static boolean bind() {
        if ("jna".equals(System.getProperty(PROPERTY))) {
            return false;
        }
        int flags = Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS;
        long code = Libc.mmap(0, PAGE, Libc.PROT_READ | Libc.PROT_WRITE, flags, -1, 0);
        if (code == -1) {
            return false;
        }
        byte[] bytes = HexFormat.of().parseHex(CODE);
        new Pointer(code).write(0, bytes, 0, bytes.length);
        boolean bound =
                Libc.mprotect(code, PAGE, Libc.PROT_READ | Libc.PROT_EXEC) == 0 && register(code);
        if (!bound) {
            Libc.munmap(code, PAGE);
        }
        return bound;
    }

    private static boolean register(long code) {
        try {
            Pointer jni = environment();
            Memory name = text("enter");
            Memory signature = text("(JJJJJJJ)J");
            Memory method =
                    new Memory(3 * Long.BYTES); // JNINativeMethod: name, signature, function
            method.setPointer(0, name);
            method.setPointer(Long.BYTES, signature);
            method.setLong(2 * Long.BYTES, code);
            Object[] arguments = {jni, DirectCall.class, method, 1};
            Map<String, Boolean> objects = Map.of(Library.OPTION_ALLOW_OBJECTS, true);
            Object result = entry(jni, REGISTER_NATIVES).invoke(int.class, arguments, objects);
            Reference.reachabilityFence(name);
            Reference.reachabilityFence(signature);
            return Integer.valueOf(0).equals(result);
        } catch (LinkageError | IllegalStateException | IllegalArgumentException e) {
            return false; // another kind of JVM: the long way works there too
        }
    }

    /** This thread's {@code JNIEnv *}. */
    private static Pointer environment() {
        Path jvm = Path.of(System.getProperty("java.home"), "lib", "server", "libjvm.so");
        Function created =
                NativeLibrary.getInstance(jvm.toString()).getFunction("JNI_GetCreatedJavaVMs");
        Memory vm = new Memory(Long.BYTES);
        Memory env = new Memory(Long.BYTES);
        if (created.invokeInt(new Object[] {vm, 1, new Memory(Long.BYTES)}) != 0) {
            throw new IllegalStateException("JNI_GetCreatedJavaVMs");
        }
        Pointer instance = vm.getPointer(0);
        Object[] arguments = {instance, env, JNI_VERSION_1_8};
        if (entry(instance, GET_ENV).invokeInt(arguments) != 0) {
            throw new IllegalStateException("GetEnv");
        }
        return env.getPointer(0);
    }

    /** A function of a JNI interface: a pointer to a pointer to its table. */
    private static Function entry(Pointer instance, int index) {
        return Function.getFunction(instance.getPointer(0).getPointer((long) index * Long.BYTES));
    }

    private static Memory text(String text) {
        Memory memory = new Memory(text.length() + 1);
        memory.setString(0, text);
        return memory;
    }
}
