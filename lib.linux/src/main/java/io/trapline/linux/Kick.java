package io.trapline.linux;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import io.trapline.linux.Libc.sigaction;
import java.lang.ref.Reference;

/**
 * The signal that takes a thread out of a system call.
 *
 * <p>Its handler is the C library's {@code abs}: a function of one int that touches nothing, which is all a
 * handler needs to be for a system call to end early. A signal that arrives late, at a thread that waits for
 * none any more, does no harm.
 *
 * <p>A signal handled just before the call is lost: whoever kicks either makes the call look first (KVM's {@code
 * immediate_exit}) or kicks again until the thread is out.
 */
public final class Kick {
    private static final int SIGRTMIN = 34;
    private static final int SIGRTMAX = 64;

    /** Java's own, for threads blocked in a channel. */
    private static final int NIO = SIGRTMAX - 2;

    private static final int SIGNAL = install();

    private Kick() {}

    /** Lets the calling thread be kicked; its number for {@link #thread}. */
    public static int join() {
        Block set = new Block(128);
        set.bytes.putLong(0, 1L << (SIGNAL - 1));
        Libc.pthread_sigmask(Libc.SIG_UNBLOCK, set.address(), 0);
        Reference.reachabilityFence(set);
        return Libc.gettid();
    }

    /** Kicks a thread of this process, wherever it is. */
    public static void thread(int tid) {
        Libc.tgkill(Libc.getpid(), tid, SIGNAL);
    }

    /** Takes the highest real-time signal that nobody has a handler for. */
    private static int install() {
        long nothing = Pointer.nativeValue(NativeLibrary.getInstance("c").getFunction("abs"));
        Block old = new Block(sigaction.SIZEOF);
        Block ours = new Block(sigaction.SIZEOF);
        ours.bytes.putLong(sigaction.sa_handler, nothing);
        try {
            for (int signal = SIGRTMAX; signal >= SIGRTMIN; signal--) {
                if (signal != NIO && Libc.sigaction(signal, 0, old.address()) == 0) {
                    long handler = old.bytes.getLong(sigaction.sa_handler);
                    if (handler == nothing) {
                        return signal; // an earlier version of this bundle left it
                    }
                    if (handler == 0 && Libc.sigaction(signal, ours.address(), 0) == 0) {
                        return signal;
                    }
                }
            }
        } finally {
            Reference.reachabilityFence(old);
            Reference.reachabilityFence(ours);
        }
        throw new IllegalStateException("no real-time signal is free to end a system call with");
    }
}
