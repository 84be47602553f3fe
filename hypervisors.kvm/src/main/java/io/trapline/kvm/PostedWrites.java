package io.trapline.kvm;

import io.trapline.kvm.Kvm.kvm_coalesced_mmio;
import io.trapline.kvm.Kvm.kvm_coalesced_mmio_ring;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;

/**
 * KVM's ring of coalesced writes ({@code struct kvm_coalesced_mmio_ring}): one page that all vCPUs of a machine
 * share. KVM moves {@code last}, we move {@code first}; an entry is given back only when it has been answered, so
 * an empty ring means that everything in it has been served.
 */
final class PostedWrites {
    private static final int PAGE = 4096;
    private static final int ENTRIES =
            (PAGE - kvm_coalesced_mmio_ring.coalesced_mmio) / kvm_coalesced_mmio.SIZEOF;

    /** Held by the vCPU thread that serves the entries. */
    final ReentrantLock lock;

    private final ByteBuffer ring;

    /**
     * A vCPU's view of the ring.
     *
     * @param run the mapping of that vCPU
     * @param page where the ring is in it: the value of KVM_CAP_COALESCED_MMIO
     * @param lock the machine's one
     */
    PostedWrites(ByteBuffer run, int page, ReentrantLock lock) {
        this.lock = lock;
        ring = run.duplicate().position(page * PAGE).limit((page + 1) * PAGE).slice();
        ring.order(run.order());
    }

    /** Whether nothing waits; one load. */
    boolean isEmpty() {
        long ends = ring.getLong(kvm_coalesced_mmio_ring.first);
        return (int) ends == (int) (ends >>> 32);
    }

    /** Where the oldest entry is. */
    int first() {
        VarHandle.acquireFence();
        return kvm_coalesced_mmio_ring.coalesced_mmio
                + ring.getInt(kvm_coalesced_mmio_ring.first) % ENTRIES * kvm_coalesced_mmio.SIZEOF;
    }

    boolean isPort(int entry) {
        return ring.getInt(entry + kvm_coalesced_mmio.pio) != 0;
    }

    long address(int entry) {
        return ring.getLong(entry + kvm_coalesced_mmio.phys_addr);
    }

    int length(int entry) {
        return ring.getInt(entry + kvm_coalesced_mmio.len);
    }

    long data(int entry) {
        return ring.getLong(entry + kvm_coalesced_mmio.data);
    }

    /** Gives the oldest entry back to KVM. */
    void advance() {
        int next = (ring.getInt(kvm_coalesced_mmio_ring.first) + 1) % ENTRIES;
        VarHandle.releaseFence();
        ring.putInt(kvm_coalesced_mmio_ring.first, next);
    }

    /** Drops all entries; while no vCPU runs. */
    void clear() {
        ring.putInt(kvm_coalesced_mmio_ring.first, ring.getInt(kvm_coalesced_mmio_ring.last));
    }
}
