package io.trapline.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.trapline.machine.ClientMode;
import io.trapline.machine.ClientRow;
import io.trapline.machine.DeviceRow;
import io.trapline.machine.Machine;
import io.trapline.machine.MachineRow;
import io.trapline.machine.Machines;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.felix.service.command.CommandSession;
import org.jline.reader.Candidate;
import org.jline.reader.impl.DefaultParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tab key, at the end of a line: two machines, the bus of one of which has a host bridge of its own. */
class CompletionTest {
    private final Settings settings =
            new Settings() {
                @Override
                public Stream<String> pids() {
                    return Stream.of("devices.rtc", "devices.virtioblk");
                }

                @Override
                public Stream<String> keys(String pid) {
                    return Stream.of("image", "machine", "name").filter(k -> pid.length() > 12);
                }

                @Override
                public Stream<String> devices(String machine) {
                    return machine.equals("other") ? Stream.of("clock") : Stream.of("disk");
                }

                @Override
                public Stream<String> keys(String machine, String device) {
                    return device.equals("disk") ? Stream.of("image", "size") : Stream.empty();
                }
            };

    private final Machines machines =
            answering(
                    Machines.class,
                    Map.of(
                            "list",
                            arguments -> List.of(row("main"), row("other")),
                            "machine",
                            arguments -> machine(arguments[0].toString())));

    private interface Answer {
        Object to(Object... arguments);
    }

    /** The few methods that matter here. */
    private static <T> T answering(Class<T> type, Map<String, Answer> answers) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (proxy, method, arguments) -> answers.get(method.getName()).to(arguments)));
    }

    private static MachineRow row(String name) {
        return new MachineRow(name, MachineRow.State.RUNNING, "sim", 1, 1, 0, "");
    }

    private static Machine machine(String name) {
        String[] devices =
                name.equals("main") ? new String[] {"disk", "hostbridge"} : new String[] {"clock"};
        return answering(
                Machine.class,
                Map.of(
                        "devices",
                        arguments -> Arrays.stream(devices).map(CompletionTest::device).toList(),
                        "clients",
                        arguments -> List.of(client("default"), client(devices[0]))));
    }

    private static DeviceRow device(String name) {
        return new DeviceRow(name, DeviceRow.State.SERVING, name, "b", "1", "", 0, 0, 0, "");
    }

    private static ClientRow client(String name) {
        return new ClientRow(name, ClientMode.values()[0], "", 1, 0, 0);
    }

    private List<Candidate> candidates(Settings known, String line) {
        CommandSession session =
                answering(
                        CommandSession.class,
                        Map.of("get", arguments -> List.of("device:list", "vm:list")));
        List<Candidate> candidates = new ArrayList<>();
        new Completion(session, machines, () -> known)
                .complete(null, new DefaultParser().parse(line, line.length()), candidates);
        return candidates;
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`help `                        | device:list vm:list",
                "`device:list | `               | device:list vm:list",
                "`vm:pause `                    | main other",
                "`device:list `                 | --machine",
                "`device:list -m `              | main other",
                "`device:inspect `              | disk hostbridge clock --machine",
                "`device:inspect -m main `      | disk hostbridge",
                "`device:inspect --machine other ` | clock",
                "`device:inspect disk `         | --machine",
                "`device:eject -m other `       | clock",
                "`device:settings `             | disk --machine",
                "`device:remove `               | disk --machine",
                "`device:remove -m other `      | clock",
                "`device:set `                  | disk --machine",
                "`device:set -m main disk `     | image= size=",
                "`device:set disk size=2G `     | image= size= --machine",
                "`device:add `                  | devices.rtc devices.virtioblk --machine",
                "`device:add -m main `          | devices.rtc devices.virtioblk",
                "`device:add devices.virtioblk `| --machine",
                "`device:add devices.virtioblk d ` | image= machine= name= --machine",
                "`ioreq:map disk `              | disk clock --machine",
                "`ioreq:map -m main disk `      | disk",
                "`ioreq:map -m main disk d `    | --dedicated --inline",
            })
    void offers(String line, String words) {
        assertEquals(
                List.of(words.split(" ")),
                candidates(settings, line).stream().map(Candidate::value).toList());
    }

    @Test
    void offersNothingToSetWhereNothingCanBe() {
        assertEquals(
                List.of("--machine"),
                candidates(null, "device:set ").stream().map(Candidate::value).toList());
    }

    @Test
    void leavesNoBlankBetweenAKeyAndItsValue() {
        assertEquals(
                List.of(false, false, true),
                candidates(settings, "device:set disk ").stream()
                        .map(Candidate::complete)
                        .toList());
    }
}
