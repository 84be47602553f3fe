package io.trapline.sim;

import io.trapline.hypervisor.IoRequestSlot;
import java.util.concurrent.atomic.AtomicIntegerArray;

/** The interrupt lines of a machine and the messages that wait for each vCPU. From any thread. */
final class Interrupts {
    /** Lines there are: more than any I/O APIC of a PC has pins. */
    static final int LINES = 256;

    /** Messages that can wait for one vCPU; as many as a local APIC has vectors. */
    static final int MESSAGES = 256;

    // Intel SDM volume 3A, "Message Address Register Format"
    private static final long MESSAGE_WINDOW = 0xFEE0_0000L;
    private static final long WINDOW_MASK = ~0xF_FFFFL;
    private static final int DESTINATION_SHIFT = 12;
    private static final int DESTINATION_MASK = 0xFF;
    private static final int BROADCAST = 0xFF;
    private static final long LOGICAL = 1 << 2;

    private final AtomicIntegerArray lines = new AtomicIntegerArray(LINES);
    private final Queue[] queues = new Queue[IoRequestSlot.COUNT];
    private final int vcpus;

    Interrupts(int vcpus) {
        this.vcpus = vcpus;
        for (int i = 0; i < vcpus; i++) {
            queues[i] = new Queue();
        }
    }

    boolean high(int gsi) {
        return lines.get(gsi) != 0;
    }

    void line(int gsi, boolean high) {
        lines.set(gsi, high ? 1 : 0);
    }

    static int checkLine(int gsi) {
        if (gsi < 0 || gsi >= LINES) {
            throw new IllegalArgumentException(
                    "no interrupt line: gsi=" + gsi + ", wanted 0 to " + (LINES - 1));
        }
        return gsi;
    }

    /** Queues a message where its address says; false if that is nowhere, or full. */
    boolean message(long address, int data) {
        if ((address & WINDOW_MASK) != MESSAGE_WINDOW) {
            return false;
        }
        int destination = (int) (address >>> DESTINATION_SHIFT) & DESTINATION_MASK;
        boolean logical = (address & LOGICAL) != 0;
        boolean delivered = false;
        for (int id = 0; id < vcpus; id++) {
            if (destination == BROADCAST
                    || (logical ? (destination >> id & 1) != 0 : destination == id)) {
                delivered |= queues[id].add(data);
            }
        }
        return delivered;
    }

    boolean hasMessage(int vcpu) {
        return queues[vcpu].size > 0;
    }

    int takeMessage(int vcpu) {
        return queues[vcpu].take();
    }

    /** First in, first out. The size is read without the lock, by the only thread that takes. */
    private static final class Queue {
        private final int[] data = new int[MESSAGES];
        private int first;
        private volatile int size;

        synchronized boolean add(int message) {
            int waiting = size;
            if (waiting == MESSAGES) {
                return false;
            }
            data[(first + waiting) % MESSAGES] = message;
            size = waiting + 1;
            return true;
        }

        synchronized int take() {
            int waiting = size;
            int message = data[first];
            first = (first + 1) % MESSAGES;
            size = waiting - 1;
            return message;
        }
    }
}
