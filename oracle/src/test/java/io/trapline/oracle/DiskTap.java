package io.trapline.oracle;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/** Sits on the wire to us and plants a fault: the comparison of disks has to see it. */
final class DiskTap implements Endpoint {
    private final Endpoint side;
    private final DiskFault fault;
    private final Queue<Boolean> spoilt = new ArrayDeque<>(); // for each reply to come

    DiskTap(Endpoint side, DiskFault fault) {
        this.side = side;
        this.fault = fault;
    }

    @Override
    public void send(List<String> lines) {
        List<String> passed = new ArrayList<>();
        for (String line : lines) {
            boolean here = fault.hits(line);
            spoilt.add(here);
            int data = line.lastIndexOf(' ') + 1;
            passed.add(
                    here && fault.ofWhatIsWritten()
                            ? line.substring(0, data) + fault.spoil(line.substring(data))
                            : line);
        }
        side.send(passed);
    }

    @Override
    public List<Reply> receive(int count) {
        return side.receive(count).stream()
                .map(reply -> spoilt.remove() ? spoil(reply) : reply)
                .toList();
    }

    private Reply spoil(Reply reply) {
        if (fault.ofTheLine()) {
            return reply.with(List.of());
        }
        return fault.ofWhatIsWritten()
                ? reply
                : new Reply(fault.spoil(reply.text()), reply.edges());
    }

    /** The side goes on without the fault. */
    @Override
    public void close() {}
}
