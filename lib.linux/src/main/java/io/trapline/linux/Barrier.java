package io.trapline.linux;

/** A memory barrier for every running thread of this process at once: membarrier(2), private and expedited. */
public final class Barrier {
    static {
        Libc.syscall(Libc.SYS_membarrier, Libc.MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0);
    }

    private Barrier() {}

    /** Each thread passes a full barrier before this returns; does nothing where the kernel cannot. */
    public static void everywhere() {
        Libc.syscall(Libc.SYS_membarrier, Libc.MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
    }
}
