package io.trapline.qtest.machine;

import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.hypervisor.MachineTime;
import io.trapline.hypervisor.VmEvents;
import io.trapline.hypervisor.VmShape;
import io.trapline.hypervisor.VmStop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A core for tests, small enough to be read: answers a read with the low bytes of the address, notes each access,
 * and has a line that follows bit 0 of what is written to port 0x80. Time has deadlines that are only noted.
 */
public final class SmallCore implements VmEvents, MachineTime {
    private static final int MOST_NOTED = 100;

    /** The first accesses, as {@code out 0x80+1=0x1}. */
    public final List<String> accesses = new ArrayList<>();

    /** Deadlines that are ahead, and the line that each raises. */
    public final TreeMap<Long, Integer> deadlines = new TreeMap<>();

    /** Whether answers are withheld. */
    public boolean late;

    private final QtestMachine machine;
    private final IoRequestSlot slot;
    private long now;

    /** With a machine that runs. */
    public SmallCore(long memory) throws IOException {
        machine = new QtestHypervisor().create(new VmShape("main", memory, 1, Map.of()), this);
        slot = new IoRequestSlot(machine.requestPage(), 0);
        machine.drive(this);
        machine.start();
    }

    /** The machine. */
    public QtestMachine machine() {
        return machine;
    }

    @Override
    public void request(int vcpu) {
        if (slot.state() != IoRequestSlot.PROCESSING) {
            throw new AssertionError("state " + slot.state());
        }
        boolean port = slot.type() == IoRequestSlot.PORTIO;
        boolean write = slot.direction() == IoRequestSlot.WRITE;
        if (accesses.size() < MOST_NOTED) {
            String kind = write ? port ? "out" : "store" : port ? "in" : "load";
            accesses.add(
                    kind
                            + " 0x%x+%d".formatted(slot.address(), slot.size())
                            + (write ? "=0x%x".formatted(slot.value()) : ""));
        }
        if (write) {
            if (port && slot.address() == 0x80) {
                machine.interruptLine(4, (slot.value() & 1) != 0);
            }
        } else {
            slot.value(slot.address() & -1L >>> 64 - 8 * slot.size());
        }
        if (!late) {
            machine.complete(vcpu);
        }
    }

    @Override
    public void stopped(VmStop stop) {
        throw new AssertionError(stop);
    }

    @Override
    public long now() {
        return now;
    }

    @Override
    public long nextDeadline() {
        return deadlines.isEmpty() ? NEVER : deadlines.firstKey();
    }

    @Override
    public long advance(long to) {
        while (nextDeadline() <= to) {
            now = Math.max(now, nextDeadline());
            machine.interruptLine(deadlines.pollFirstEntry().getValue(), true);
        }
        now = Math.max(now, to);
        return now;
    }
}
