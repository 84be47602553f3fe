package io.trapline.oracle;

import io.trapline.oracle.Reply.Edge;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Both sides while time goes on: QEMU is let run and stopped, our clock is set to where it stopped, and both are asked
 * the same.
 */
final class Clockwork implements AutoCloseable {
    private static final int TOLD = 120;
    private static final long SHORTEST = 200_000; // less tells nothing about the speed
    private static final long LONGEST = 1_000_000_000;
    private static final double SLOWEST = 0.01;

    private final RunningQemu qemu;
    private final Endpoint ours;
    private final BitSet theirLines = new BitSet();
    private final BitSet ourLines = new BitSet();
    private final List<String> history = new ArrayList<>();
    private long now;
    private double speed = 1; // of QEMU's time, the host's being 1

    /** What both read; they need not agree. */
    record Both(int qemu, int ours) {
        boolean agree(int mask) {
            return ((qemu ^ ours) & mask) == 0;
        }

        @Override
        public String toString() {
            return qemu == ours
                    ? String.format("%02x", qemu)
                    : String.format("%02x/%02x", qemu, ours);
        }
    }

    /**
     * @param ours our side, e.g. with a fault on its wire
     */
    Clockwork(Pace pace, Endpoint ours) {
        this.ours = ours;
        this.qemu = new RunningQemu(pace);
    }

    /** Nanoseconds since the power came. */
    long now() {
        return now;
    }

    /** Lets time go for so long, more or less; 0: as little as can be, which may be nothing. */
    void run(long nanos) {
        long before = now;
        long hostNanos = Math.min((long) (nanos / speed), LONGEST);
        qemu.run(hostNanos);
        qemu.side.send(List.of(RunningQemu.clock()));
        now = RunningQemu.nanos(follow(theirLines, qemu.side.receive(1)).get(0));
        ours.send(List.of("clock_set " + now));
        follow(ourLines, ours.receive(1));
        if (hostNanos > SHORTEST) {
            speed = Math.max((3 * speed + (double) (now - before) / hostNanos) / 4, SLOWEST);
        }
        note(now + " ns");
    }

    void out(int port, int value) {
        ask(List.of(Command.out(port, value)));
    }

    Both in(int port) {
        return ask(List.of(Command.in(port))).get(0);
    }

    /** One answer a command. */
    List<Both> ask(List<Command> commands) {
        List<String> lines = commands.stream().map(Command::line).toList();
        qemu.side.send(lines);
        ours.send(lines);
        List<Reply> theirs = follow(theirLines, qemu.side.receive(lines.size()));
        List<Reply> own = follow(ourLines, ours.receive(lines.size()));
        List<Both> answers = new ArrayList<>();
        List<String> told = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            answers.add(new Both(theirs.get(i).value(), own.get(i).value()));
            told.add(lines.get(i) + (commands.get(i).write() ? "" : ": " + answers.get(i)));
        }
        note(String.join(", ", told));
        return answers;
    }

    /** An interrupt line's level, as bit 0. Ask something first: QEMU tells of it before its next reply. */
    Both level(int gsi) {
        return new Both(theirLines.get(gsi) ? 1 : 0, ourLines.get(gsi) ? 1 : 0);
    }

    private static List<Reply> follow(BitSet lines, List<Reply> replies) {
        for (Reply reply : replies) {
            if (!reply.ok()) {
                throw new IllegalStateException(reply.toString());
            }
            for (Edge edge : reply.edges()) {
                lines.set(edge.gsi(), edge.high());
            }
        }
        return replies;
    }

    private void note(String line) {
        history.add(line);
    }

    /** What was done and said last. */
    String history() {
        int from = Math.max(history.size() - TOLD, 0);
        return String.join("\n  ", history.subList(from, history.size()));
    }

    @Override
    public void close() {
        qemu.close();
    }
}
