package io.trapline.shell;

import io.trapline.machine.ClientRow;
import io.trapline.machine.DeviceRow;
import io.trapline.machine.Machine;
import io.trapline.machine.MachineRow;
import io.trapline.machine.Machines;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.felix.service.command.CommandSession;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/**
 * What the tab key offers: commands, then the names of machines, devices and clients that there are, and what can be
 * set of devices.
 */
final class Completion implements Completer {
    /** Session variable of Gogo: the names of all commands. */
    private static final String COMMANDS = ".commands";

    private final CommandSession session;
    private final Machines machines;
    private final Supplier<Settings> settings;

    /**
     * For one session.
     *
     * @param settings gives null where nothing can be set
     */
    Completion(CommandSession session, Machines machines, Supplier<Settings> settings) {
        this.session = session;
        this.machines = machines;
        this.settings = settings;
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        List<String> words = line.words().subList(0, line.wordIndex());
        offers(words).forEach(word -> candidates.add(candidate(word)));
    }

    /** Nothing follows what is complete but a blank; a key is followed by its value. */
    private static Candidate candidate(String word) {
        return new Candidate(word, word, null, null, null, null, !word.endsWith("="));
    }

    /** What may follow these words. */
    Stream<String> offers(List<String> words) {
        if (words.isEmpty() || words.get(words.size() - 1).equals("|")) {
            return commands();
        }
        String command = words.get(0);
        if (isMachineOption(words.get(words.size() - 1)) || command.startsWith("vm:")) {
            return machines.list().stream().map(MachineRow::name);
        }
        List<String> plain = new ArrayList<>();
        String machine = "";
        for (int i = 1; i < words.size(); i++) {
            if (isMachineOption(words.get(i - 1))) {
                machine = words.get(i);
            } else if (!words.get(i).startsWith("-")) {
                plain.add(words.get(i));
            }
        }
        boolean chooses = command.startsWith("device:") || command.startsWith("ioreq:");
        Stream<String> options =
                chooses && machine.isEmpty() ? Stream.of("--machine") : Stream.empty();
        return Stream.concat(offers(command, machine, plain), options);
    }

    private static boolean isMachineOption(String word) {
        return word.equals("-m") || word.equals("--machine");
    }

    /** What may follow, options apart. */
    private Stream<String> offers(String command, String machine, List<String> plain) {
        Settings known = settings.get();
        int at = plain.size();
        return switch (command) {
            case "help" -> commands();
            case "device:inspect", "device:eject" -> at == 0 ? devices(machine) : Stream.empty();
            case "device:settings", "device:remove" ->
                    at == 0 && known != null ? known.devices(machine) : Stream.empty();
            case "device:set" ->
                    known == null
                            ? Stream.empty()
                            : at == 0
                                    ? known.devices(machine)
                                    : keys(known.keys(machine, plain.get(0)));
            case "device:add" ->
                    known == null || at == 1
                            ? Stream.empty()
                            : at == 0 ? known.pids() : keys(known.keys(plain.get(0)));
            case "ioreq:map" ->
                    switch (at) {
                        case 0 -> devices(machine);
                        case 1 -> clients(machine);
                        default -> Stream.of("--dedicated", "--inline");
                    };
            default -> Stream.empty();
        };
    }

    private static Stream<String> keys(Stream<String> keys) {
        return keys.map(key -> key + "=");
    }

    private Stream<String> commands() {
        Object names = session.get(COMMANDS);
        Set<String> commands = new TreeSet<>();
        if (names instanceof Iterable<?> all) {
            all.forEach(name -> commands.add(name.toString()));
        }
        return commands.stream();
    }

    private Stream<String> devices(String machine) {
        return living(machine)
                .flatMap(one -> one.devices().stream())
                .map(DeviceRow::name)
                .distinct();
    }

    private Stream<String> clients(String machine) {
        return living(machine)
                .flatMap(one -> one.clients().stream())
                .map(ClientRow::name)
                .filter(name -> !name.equals("default"))
                .distinct();
    }

    /** That machine; all of them if it has not been chosen. */
    private Stream<Machine> living(String machine) {
        return machines.list().stream()
                .filter(row -> machine.isEmpty() || row.name().equals(machine))
                .filter(
                        row ->
                                row.state() == MachineRow.State.RUNNING
                                        || row.state() == MachineRow.State.PAUSED)
                .map(row -> machines.machine(row.name()));
    }
}
