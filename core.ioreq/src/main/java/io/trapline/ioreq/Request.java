package io.trapline.ioreq;

import io.trapline.device.Region;
import io.trapline.hypervisor.IoRequestSlot;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What one vCPU has asked: its slot, decoded, and the token that lets it be answered exactly once.
 *
 * <p>The token is a sequence number, odd while the request is open. Who answers must take it from the value
 * that he saw to the next: a late answer finds another number and does nothing. There is one object a vCPU,
 * used again and again; one that may still stand in the queue of an abandoned client is thrown away instead.
 */
final class Request extends Work {
    /** One request of so many is timed; odd and prime, so that no guest's loop is in step with it. */
    private static final int SAMPLE_PERIOD = 61;

    private static final VarHandle TOKEN;

    static {
        try {
            TOKEN = MethodHandles.lookup().findVarHandle(Request.class, "token", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final int vcpu;
    private final IoRequestSlot slot;
    private final Dispatcher dispatcher;

    @SuppressWarnings("UnusedVariable") // by TOKEN only
    private long token;

    private int untilSample = SAMPLE_PERIOD;

    // Written by who takes the request, read under the baton that it is handed to.
    private int type;
    private boolean write;
    private int width;
    private long address;
    private long value;
    private long takenAt; // 0: not timed
    private Mapping mapping;

    /** The last answer that a device took over: of this request, or of one long answered. */
    private volatile DeferredAnswer deferral;

    Request(int vcpu, IoRequestSlot slot, Dispatcher dispatcher) {
        this.vcpu = vcpu;
        this.slot = slot;
        this.dispatcher = dispatcher;
    }

    /** Takes the slot's request, if there is one for us that is not taken yet. */
    boolean take() {
        long last = (long) TOKEN.getOpaque(this);
        if ((last & 1) != 0 || slot.state() != IoRequestSlot.PROCESSING || slot.kernelHandled()) {
            return false;
        }
        type = slot.type();
        write = slot.direction() == IoRequestSlot.WRITE;
        address = slot.address();
        value = slot.value();
        width = width(slot.size());
        if (type == IoRequestSlot.PCICFG) {
            decode();
        }
        if (--untilSample == 0) {
            untilSample = SAMPLE_PERIOD;
            takenAt = System.nanoTime();
        } else {
            takenAt = 0;
        }
        TOKEN.setRelease(this, last + 1);
        return true;
    }

    /** 1, 2, 4 or 8; 0 for every other size. */
    private static int width(long size) {
        return size == 1 || size == 2 || size == 4 || size == 8 ? (int) size : 0;
    }

    /** Packs the place of a configuration request into the address; nobody's if it is none. */
    private void decode() {
        int bus = slot.pciBus();
        int device = slot.pciDevice();
        int function = slot.pciFunction();
        int register = slot.pciRegister();
        if (bus >>> 8 != 0
                || device >>> 5 != 0
                || function >>> 3 != 0
                || register >>> 12 != 0
                || (register & 3) + width > 4) {
            width = 0;
        } else {
            decoded(bus << 8 | device << 3 | function, register);
        }
    }

    int type() {
        return type;
    }

    boolean write() {
        return write;
    }

    /** Bytes: 1, 2, 4 or 8; 0 if the hypervisor gave a size that makes no sense. */
    int width() {
        return width;
    }

    long address() {
        return address;
    }

    long value() {
        return value;
    }

    /** As {@code port 0x3f8+1}. */
    String place() {
        return Places.text(type, type == IoRequestSlot.PCICFG ? address >>> 32 : address, width);
    }

    Mapping mapping() {
        return mapping;
    }

    /** Who is to answer. */
    void mapping(Mapping found) {
        if (mapping != found) { // mostly the same as last time: the collector's barrier is spared
            mapping = found;
        }
    }

    /** A device takes over the answer. Under the baton. */
    DeferredAnswer defer(DeferredAnswer answer) {
        deferral = answer;
        return answer;
    }

    /** The last answer that a device took over; null: none. */
    DeferredAnswer deferral() {
        return deferral;
    }

    /** Makes it a configuration access: {@code address} is the routing id above, the register below. */
    void decoded(int routingId, int register) {
        type = IoRequestSlot.PCICFG;
        address = (long) routingId << 32 | register;
    }

    /** The token now; odd if open. */
    long token() {
        return (long) TOKEN.getAcquire(this);
    }

    /** How many requests this object has taken. */
    long taken() {
        return token() + 1 >>> 1;
    }

    @Override
    void run(IoreqClient client) {
        Mapping found = mapping;
        if (found.client == client && found.state == Mapping.State.SERVING) {
            serve(found, client);
        } else {
            dispatcher.detour(this, client);
        }
    }

    private void serve(Mapping found, IoreqClient client) {
        long mine = (long) TOKEN.getOpaque(this);
        if ((mine & 1) == 0) {
            return; // answered while it waited
        }
        long answer = Region.OPEN_BUS;
        boolean threw = true;
        client.enter(this);
        try {
            if (found.claim == null) {
                answer = dispatcher.serve(this, found);
            } else if (write) {
                found.writes++;
                client.countWrite();
                long sent = value & mask(width);
                if (!found.claim.rings(offset(found), width, sent, client)) {
                    found.region.write(offset(found), width, sent);
                }
            } else {
                found.reads++;
                client.countRead();
                answer = found.region.read(offset(found), width);
            }
            threw = false;
        } catch (Throwable e) { // a plug-in's fault, of whatever kind: contained here
            found.faults++;
            client.countFault();
            answer = Region.OPEN_BUS;
            dispatcher.fault(this, e);
        } finally {
            if (!client.leave() || threw) {
                answer(mine, answer, client);
            }
        }
    }

    private long offset(Mapping found) {
        return type == IoRequestSlot.PCICFG ? address & 0xFFFF_FFFFL : address - found.first;
    }

    /**
     * Answers, if nobody has. The slot is not ours any more once COMPLETE is stored, nor is this object.
     *
     * @param mine the token of the request that the answer is for
     * @param answer for a read; cut to the width
     * @param client who answered
     * @return whether it did
     */
    boolean answer(long mine, long answer, IoreqClient client) {
        long since = takenAt;
        if (!TOKEN.compareAndSet(this, mine, mine + 1)) {
            return false;
        }
        if (since != 0) {
            client.latency(System.nanoTime() - since);
        }
        if (!write) {
            slot.value(answer & mask(width));
        }
        dispatcher.complete(vcpu);
        return true;
    }

    /**
     * {@link #answer}, from a thread that holds no baton. A token that is even was closed before the device
     * asked for it: the machine was reset, or the device given up, while its handler was on its way.
     */
    boolean answerLate(long mine, long answer, IoreqClient client) {
        return (mine & 1) != 0 && dispatcher.answerLate(this, mine, answer, client);
    }

    /** Closes the token without an answer: the machine is reset. */
    void cancel() {
        long now = token();
        if ((now & 1) != 0) {
            TOKEN.compareAndSet(this, now, now + 1);
        }
    }

    private static long mask(int width) {
        return width == 0 ? -1L : -1L >>> (64 - 8 * width);
    }
}
