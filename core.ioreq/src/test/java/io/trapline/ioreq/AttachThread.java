package io.trapline.ioreq;

import io.trapline.hypervisor.IoRequestSlot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** One thread that brings the requests of all vCPUs, as ACRN has it; replaced when the core says it is lost. */
final class AttachThread {
    private static final int END = -1;

    private final FakeVm vm;
    private final BlockingQueue<Integer> pending = new LinkedBlockingQueue<>();
    private final List<Thread> threads = new ArrayList<>(); // guarded by this
    private volatile Thread present;

    AttachThread(FakeVm vm) {
        this.vm = vm;
        vm.onLost = this::another;
        another();
    }

    private synchronized void another() {
        Thread thread = new Thread(this::attach);
        threads.add(thread);
        present = thread;
        thread.start();
    }

    /** Until it is told to end, or finds on its return from the core that another has its place. */
    private void attach() {
        try {
            for (int vcpu = pending.take(); vcpu != END; vcpu = pending.take()) {
                vm.upcall(vcpu);
                if (present != Thread.currentThread()) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A vCPU reads a port. */
    void ask(int vcpu, int port) {
        vm.slots[vcpu]
                .request(IoRequestSlot.PORTIO, IoRequestSlot.READ, port, 1, 0)
                .state(IoRequestSlot.PROCESSING);
        pending.add(vcpu);
    }

    long in(int vcpu, int port) {
        ask(vcpu, port);
        return vm.answer(vcpu);
    }

    /** Ends it, and waits for those who had its place before. */
    void end() throws InterruptedException {
        pending.add(END);
        List<Thread> all;
        synchronized (this) {
            all = List.copyOf(threads);
        }
        for (Thread thread : all) {
            thread.join();
        }
    }
}
