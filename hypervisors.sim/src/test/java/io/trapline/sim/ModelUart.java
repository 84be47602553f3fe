package io.trapline.sim;

import io.trapline.hypervisor.IoRequestSlot;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** As much of a 16550A at COM1 as the monitor sees, and a byte of something else at port 0x80. */
final class ModelUart implements TestCore.Handler {
    private static final int COM1 = 0x3F8;
    private static final int DLAB = 0x80;
    private static final int OTHER = 0x80;

    final StringBuilder output = new StringBuilder();
    final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    final List<String> setup = new ArrayList<>();
    final List<String> others = new ArrayList<>();
    boolean present = true;
    private final Queue<Integer> typed = new ArrayDeque<>();
    private final int[] registers = new int[8];
    private final StringBuilder line = new StringBuilder();
    private TestCore core;
    private int reads;

    ModelUart plugInto(TestCore core) {
        this.core = core;
        core.handle(this);
        return this;
    }

    synchronized void type(String text) {
        text.chars().forEach(typed::add);
    }

    /** How often anything was read. */
    synchronized int reads() {
        return reads;
    }

    @Override
    public synchronized void request(int vcpu) {
        IoRequestSlot slot = core.slot(vcpu);
        int offset = (int) slot.address() - COM1;
        boolean ours = slot.type() == IoRequestSlot.PORTIO && offset >= 0 && offset < 8;
        if (slot.direction() == IoRequestSlot.READ) {
            reads++;
            core.answer(vcpu, ours && present ? read(offset) : slot.address() == OTHER ? 0x5A : -1);
            return;
        }
        if (ours && present) {
            write(offset, (int) slot.value());
        } else if (!ours) {
            others.add(core.describe(vcpu));
        }
        core.answer(vcpu, 0);
    }

    private int read(int offset) {
        return switch (offset) {
            case 0 -> typed.isEmpty() ? 0 : typed.remove();
            case 5 -> 0x60 | (typed.isEmpty() ? 0 : 1);
            default -> registers[offset];
        };
    }

    private void write(int offset, int value) {
        if (offset == 0 && (registers[3] & DLAB) == 0) {
            output.append((char) value);
            line.append((char) value);
            if (value == '\n') {
                lines.add(line.toString());
                line.setLength(0);
            }
        } else {
            registers[offset] = value;
            if (offset != 7) {
                setup.add("%d=%02x".formatted(offset, value));
            }
        }
    }
}
