package io.trapline.sim;

import io.trapline.hypervisor.IoRequestSlot;
import java.util.ArrayDeque;
import java.util.Queue;

/** As much of an MC146818A as the monitor sees: bytes, and what the next reads of one of them give. */
final class ModelRtc implements TestCore.Handler {
    private static final int INDEX = 0x70;
    private static final int DATA = 0x71;
    private static final int BYTES = 0x80;

    final int[] bytes = new int[BYTES];
    private final Queue<int[]> scripted = new ArrayDeque<>();
    private final TestCore core;
    private final TestCore.Handler others;
    private int index;

    /** In front of what answers for the other ports. */
    ModelRtc(TestCore core, TestCore.Handler others) {
        this.core = core;
        this.others = others;
        core.handle(this);
    }

    /** The next reads of a byte give these, the first a time each; reads of others do not matter. */
    synchronized ModelRtc next(int index, int... values) {
        for (int value : values) {
            scripted.add(new int[] {index, value});
        }
        return this;
    }

    synchronized ModelRtc set(int first, int... values) {
        System.arraycopy(values, 0, bytes, first, values.length);
        return this;
    }

    @Override
    public synchronized void request(int vcpu) {
        IoRequestSlot slot = core.slot(vcpu);
        if (slot.type() != IoRequestSlot.PORTIO || (slot.address() & ~1) != INDEX) {
            others.request(vcpu);
        } else if (slot.direction() == IoRequestSlot.READ) {
            core.answer(vcpu, slot.address() == DATA ? take() : 0xFF);
        } else {
            write((int) slot.address(), (int) slot.value());
            core.answer(vcpu, 0);
        }
    }

    private int take() {
        boolean now = !scripted.isEmpty() && scripted.peek()[0] == index;
        return now ? scripted.remove()[1] : bytes[index];
    }

    private void write(int port, int value) {
        if (port == INDEX) {
            index = value;
        } else {
            bytes[index] = value;
        }
    }
}
