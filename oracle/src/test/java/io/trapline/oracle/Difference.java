package io.trapline.oracle;

import io.trapline.oracle.Referee.Expected;
import java.util.ArrayList;
import java.util.List;

/**
 * Two replies that do not agree, and all that led to them.
 *
 * @param steps the sequence after the prologue, up to the command in question
 */
record Difference(List<Step> steps) {
    /** One command of it, and what both said. */
    record Step(Command command, String register, Reply qemu, Reply ours, Expected expected) {
        /** What disagrees; empty if nothing does. */
        String verdict() {
            if (!qemu.ok() || !ours.ok()) {
                return "refused";
            }
            if (!command.write() && ((ours.value() ^ expected.value()) & expected.mask()) != 0) {
                return String.format(
                        "%s is 0x%02x, not 0x%02x", register, ours.value(), expected.value());
            }
            List<Reply.Edge> lines = watched(ours);
            return lines.equals(expected.edges())
                    ? ""
                    : "interrupt " + lines + ", not " + expected.edges();
        }

        /** GSI 0 is not looked at: in QEMU it is the timer. */
        private static List<Reply.Edge> watched(Reply reply) {
            return reply.edges().stream().filter(edge -> edge.gsi() != 0).toList();
        }
    }

    Difference {
        steps = List.copyOf(steps);
    }

    List<Command> commands() {
        return steps.stream().map(Step::command).toList();
    }

    Step last() {
        return steps.get(steps.size() - 1);
    }

    @Override
    public String toString() {
        List<String> rows = new ArrayList<>();
        rows.add(String.format("  %-16s %-15s %-34s %s", "command", "register", "QEMU", "ours"));
        for (Step step : steps) {
            rows.add(
                    String.format(
                            "  %-16s %-15s %-34s %s",
                            step.command().line(), step.register(), step.qemu(), step.ours()));
        }
        rows.add("  " + last().verdict());
        return String.join("\n", rows);
    }
}
