package io.trapline.oracle;

import io.trapline.oracle.Difference.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Plays sequences on both sides, and looks for the first reply that differs. */
final class Duel {
    private static final int BATCH = 2000;

    private final Chip chip;
    private final Endpoint qemu;
    private final Endpoint ours;

    Duel(Chip chip, Endpoint qemu, Endpoint ours) {
        this.chip = chip;
        this.qemu = qemu;
        this.ours = ours;
    }

    Chip chip() {
        return chip;
    }

    /** Whether a sequence is legal from its first command to its last. */
    boolean legal(List<Command> commands) {
        Referee referee = chip.referee(exclusion -> {});
        for (Command command : commands) {
            if (!referee.legal(command)) {
                return false;
            }
            referee.judge(command, new Reply("OK 0x0000", List.of()));
        }
        return true;
    }

    /** Plays the prologue and a legal sequence; what was compared is counted. */
    Optional<Difference> play(List<Command> commands, Census census) {
        List<Command> prologue = chip.prologue();
        List<Command> all = Stream.concat(prologue.stream(), commands.stream()).toList();
        List<Reply> theirs = new ArrayList<>(all.size());
        List<Reply> own = new ArrayList<>(all.size());
        for (int from = 0; from < all.size(); from += BATCH) {
            List<Command> batch = all.subList(from, Math.min(from + BATCH, all.size()));
            List<String> lines = batch.stream().map(Command::line).toList();
            qemu.send(lines);
            ours.send(lines);
            theirs.addAll(qemu.receive(lines.size()));
            own.addAll(ours.receive(lines.size()));
        }
        int first = prologue.size();
        return compare(
                commands,
                theirs.subList(first, theirs.size()),
                own.subList(first, own.size()),
                census);
    }

    private Optional<Difference> compare(
            List<Command> commands, List<Reply> theirs, List<Reply> own, Census census) {
        Referee referee = chip.referee(census::excused);
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < commands.size(); i++) {
            Command command = commands.get(i);
            String register = referee.register(command);
            Reply said = theirs.get(i);
            Step step = new Step(command, register, said, own.get(i), referee.judge(command, said));
            steps.add(step);
            if (!step.verdict().isEmpty()) {
                return Optional.of(new Difference(steps));
            }
            count(step, census);
        }
        return Optional.empty();
    }

    private static void count(Step step, Census census) {
        Command command = step.command();
        int value = command.write() ? command.value() : step.expected().value();
        census.count(step.register(), value, step.expected().edges().size());
    }
}
