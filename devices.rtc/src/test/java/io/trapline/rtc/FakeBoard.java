package io.trapline.rtc;

import io.trapline.device.Board;
import io.trapline.device.Claim;
import io.trapline.device.Deferred;
import io.trapline.device.Doorbell;
import io.trapline.device.GuestMemory;
import io.trapline.device.InterruptLine;
import io.trapline.device.PciFunction;
import io.trapline.device.Region;
import io.trapline.device.Timers;
import java.util.ArrayDeque;
import java.util.OptionalLong;
import java.util.Queue;

/** A board with ports, one line, time, and a mailbox that the test empties. */
final class FakeBoard implements Board {
    final ManualTimers time = new ManualTimers();
    final FakeLine line = new FakeLine();
    final Queue<Runnable> mailbox = new ArrayDeque<>();
    FakeMemory memory = new FakeMemory(64L << 20);
    String refusal;
    long postedOffset = -1;
    int postedWidth;
    int first;
    int count;
    int gsi;
    Region region;

    /** Runs what was posted. */
    void run() {
        for (Runnable task = mailbox.poll(); task != null; task = mailbox.poll()) {
            task.run();
        }
    }

    @Override
    public String machine() {
        return "main";
    }

    @Override
    public String device() {
        return "rtc";
    }

    @Override
    public Claim ports(int wanted, int length, Region answering) {
        if (refusal != null) {
            throw new IllegalArgumentException(refusal);
        }
        first = wanted;
        count = length;
        region = answering;
        return null;
    }

    @Override
    public InterruptLine interrupt(int wanted) {
        gsi = wanted;
        return line;
    }

    @Override
    public Timers timers() {
        return time;
    }

    @Override
    public void post(Runnable task) {
        mailbox.add(task);
    }

    @Override
    public Claim memory(long address, long length, Region answering) {
        throw new AssertionError("a clock has no memory");
    }

    @Override
    public Claim portsUnmapped(int length, Region answering) {
        throw new AssertionError("a clock does not move");
    }

    @Override
    public Claim memoryUnmapped(long length, Region answering) {
        throw new AssertionError("a clock has no memory");
    }

    @Override
    public Claim pci(PciFunction function) {
        throw new AssertionError("a clock is not on the PCI bus");
    }

    @Override
    public void message(long address, int data) {
        throw new AssertionError("a clock sends no messages");
    }

    @Override
    public GuestMemory memory() {
        return memory;
    }

    @Override
    public Deferred defer() {
        throw new AssertionError("a clock answers at once");
    }

    @Override
    public Doorbell doorbell(
            Claim claim, long offset, int width, OptionalLong match, Runnable rung) {
        throw new AssertionError("a clock has no doorbells");
    }

    @Override
    public void posted(Claim claim, long offset, int width) {
        postedOffset = offset;
        postedWidth = width;
    }
}
