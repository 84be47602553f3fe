package io.trapline.shell;

import io.trapline.machine.ClientRow;
import io.trapline.machine.DeviceRow;
import io.trapline.machine.Machine;
import io.trapline.machine.MachineRow;
import io.trapline.machine.Machines;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.felix.service.command.CommandSession;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/** What the tab key offers: commands, then the names of machines, devices and clients that there are. */
final class Completion implements Completer {
    /** Session variable of Gogo: the names of all commands. */
    private static final String COMMANDS = ".commands";

    private final CommandSession session;
    private final Machines machines;

    Completion(CommandSession session, Machines machines) {
        this.session = session;
        this.machines = machines;
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        List<String> words = line.words().subList(0, line.wordIndex());
        offers(words).forEach(word -> candidates.add(new Candidate(word)));
    }

    /** What may follow these words. */
    Stream<String> offers(List<String> words) {
        if (words.isEmpty() || words.get(words.size() - 1).equals("|")) {
            return commands();
        }
        String command = words.get(0);
        String last = words.get(words.size() - 1);
        if (last.equals("-m") || last.equals("--machine") || command.startsWith("vm:")) {
            return machines.list().stream().map(MachineRow::name);
        }
        long plain = words.stream().skip(1).filter(word -> !word.startsWith("-")).count();
        Stream<String> options = Stream.of("--machine");
        return switch (command) {
            case "help" -> commands();
            case "device:inspect",
                    "device:eject",
                    "device:settings",
                    "device:set",
                    "device:remove" ->
                    plain == 0 ? Stream.concat(devices(), options) : options;
            case "ioreq:map" ->
                    plain == 0
                            ? devices()
                            : plain == 1
                                    ? clients()
                                    : Stream.of("--dedicated", "--inline", "--machine");
            default ->
                    command.startsWith("device:") || command.startsWith("ioreq:")
                            ? options
                            : Stream.empty();
        };
    }

    private Stream<String> commands() {
        Object names = session.get(COMMANDS);
        Set<String> commands = new TreeSet<>();
        if (names instanceof Iterable<?> all) {
            all.forEach(name -> commands.add(name.toString()));
        }
        return commands.stream();
    }

    private Stream<String> devices() {
        return living().flatMap(machine -> machine.devices().stream())
                .map(DeviceRow::name)
                .distinct();
    }

    private Stream<String> clients() {
        return living().flatMap(machine -> machine.clients().stream())
                .map(ClientRow::name)
                .filter(name -> !name.equals("default"))
                .distinct();
    }

    private Stream<Machine> living() {
        return machines.list().stream()
                .filter(
                        row ->
                                row.state() == MachineRow.State.RUNNING
                                        || row.state() == MachineRow.State.PAUSED)
                .map(row -> machines.machine(row.name()));
    }
}
