package io.trapline.ioreq;

import io.trapline.hypervisor.CpuMode;
import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.hypervisor.RamRange;
import io.trapline.hypervisor.VirtualMachine;
import io.trapline.stress.Slots;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;

/** An open request of one vCPU, as the tests of the token need it, and what the hypervisor was told of it. */
final class Open {
    static final IoreqClient CLIENT = new IoreqClient("client", Runnable::run);
    private static final AtomicIntegerArray COMPLETED = new AtomicIntegerArray(Slots.COUNT);
    private static final Dispatcher DISPATCHER = new Dispatcher(Runnable::run);

    static {
        DISPATCHER.bind(new Vm());
    }

    final IoRequestSlot slot;
    final Request request;
    final long token;
    private final int number = Slots.next();

    Open() {
        slot = Slots.slot(number);
        COMPLETED.set(number, 0);
        request = new Request(number, slot, DISPATCHER);
        ask(0x3F8);
        request.take();
        token = request.token();
    }

    /** The vCPU reads a port. */
    void ask(int port) {
        slot.request(IoRequestSlot.PORTIO, IoRequestSlot.READ, port, 1, 0)
                .state(IoRequestSlot.PROCESSING);
    }

    boolean answer(long value) {
        return request.answer(token, value, CLIENT);
    }

    /** The same as who holds no baton. */
    boolean answerLate(long value) {
        return request.answerLate(token, value, CLIENT);
    }

    /** The machine is reset: the request is forgotten, the slot FREE. */
    void reset() {
        request.cancel();
        DISPATCHER.settle();
        slot.state(IoRequestSlot.FREE);
    }

    /** How often the hypervisor was told that the slot is complete. */
    int completed() {
        return COMPLETED.get(number);
    }

    /** Counts completions by slot. */
    private static final class Vm implements VirtualMachine {
        @Override
        public void complete(int vcpu) {
            COMPLETED.incrementAndGet(vcpu);
            Slots.view(vcpu).state(IoRequestSlot.COMPLETE);
        }

        @Override
        public ByteBuffer requestPage() {
            throw new AssertionError("no vCPU of this machine has a slot of its own");
        }

        @Override
        public List<RamRange> ram() {
            return List.of();
        }

        @Override
        public int vcpus() {
            return 0;
        }

        @Override
        public void boot(CpuMode mode, long entry) {}

        @Override
        public void start() {}

        @Override
        public void pause() {}

        @Override
        public void resume() {}

        @Override
        public void reset() {}

        @Override
        public void close() {}

        @Override
        public void interruptLine(int gsi, boolean high) {}

        @Override
        public boolean message(long address, int data) {
            return false;
        }
    }
}
