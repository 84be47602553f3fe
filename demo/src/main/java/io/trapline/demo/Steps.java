package io.trapline.demo;

import io.trapline.machine.ClientMode;
import io.trapline.machine.ClientRow;
import io.trapline.machine.DeviceRow;
import io.trapline.machine.InspectedNode;
import io.trapline.machine.Machine;
import io.trapline.machine.StatsRow;
import io.trapline.machine.UnclaimedRow;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Version;

/** The five steps. Each does something to the running machine, then finds out from the guest what became of it. */
final class Steps {
    private static final String COM1 = "com1";
    private static final String PROMPT = "> ";

    /** The UART's scratch register: the guest looks there for a UART. */
    private static final int SCRATCH = 0x3FF;

    /** Its line status: the guest looks there once it believes in one. */
    private static final int LINE_STATUS = 0x3FD;

    /** What the guest or its user set, in the datasheet's words; the rest changes with every byte. */
    private static final List<String> SETTINGS = List.of("IER", "LCR", "MCR", "SCR", "DLL", "DLM");

    private final Machine machine;
    private final CommandProcessor commands;
    private final BundleContext context;
    private final Bell bell;
    private final Wire wire;
    private final Transcript transcript;
    private Bundle uart;
    private final List<StatsRow> before = new ArrayList<>();

    Steps(
            Machine machine,
            CommandProcessor commands,
            BundleContext context,
            Bell bell,
            Wire wire,
            Transcript transcript) {
        this.machine = machine;
        this.commands = commands;
        this.context = context;
        this.bell = bell;
        this.wire = wire;
        this.transcript = transcript;
    }

    /** Step 1: nobody answers, so the default client does, with all ones: the guest finds no UART. */
    void unanswered() throws StepFailed, InterruptedException {
        bell.await(
                "three reads of port 0x3ff, answered by the default client",
                () -> unclaimed(SCRATCH).reads() >= 3,
                () -> machine.unclaimed().toString());
        require(
                "no device",
                "none",
                machine.devices().isEmpty() ? "none" : machine.devices().toString());
        UnclaimedRow row = unclaimed(SCRATCH);
        // It wrote 0x5a and read something else, or it would have gone on to the line status.
        require(
                "no read of port 0x3fd: the guest finds no UART",
                0L,
                unclaimed(LINE_STATUS).reads());
        transcript.more(
                "the guest looks for a UART: port 0x3ff written "
                        + row.writes()
                        + " times, read "
                        + row.reads()
                        + " times, answered all-ones by the default client");
    }

    /** Step 2: the greeting, and an echo. */
    void install() throws StepFailed, InterruptedException, BundleException {
        int mark = wire.mark();
        uart = context.installBundle(jar().toUri().toString());
        uart.start();
        mark = wire.await("trapline guest: ready", mark);
        wire.await(PROMPT, mark);
        DeviceRow device = device();
        transcript.more("the guest says: trapline guest: ready");
        transcript.more(
                device.name()
                        + ": "
                        + device.bundle()
                        + " "
                        + device.version()
                        + " answers for "
                        + device.claims());
        echo("hello from the demo");
    }

    /** Step 3: by the command that an operator would type. */
    void move() throws Exception {
        String command = "ioreq:map " + COM1 + " console --dedicated";
        transcript.more("command: " + command);
        before.addAll(machine.stats());
        try (CommandSession session =
                commands.createSession(
                        InputStream.nullInputStream(),
                        OutputStream.nullOutputStream(),
                        new FileOutputStream(FileDescriptor.err))) {
            session.execute(command);
        }
        require("client of com1", "console", device().client());
        ClientRow client =
                machine.clients().stream()
                        .filter(row -> row.name().equals("console"))
                        .findAny()
                        .orElseThrow(
                                () ->
                                        new StepFailed(
                                                "a client called console",
                                                machine.clients().toString()));
        require("mode of client console", ClientMode.DEDICATED, client.mode());
        echo("still here");
    }

    /** Step 4: a key typed at the end stops the guest's counting; no number may be missing or come twice. */
    void update() throws Exception {
        Version next = SecondBuild.next(uart.getVersion());
        guest("out 3ff 5c", "ok");
        Map<String, String> settings = settings();
        long swaps = device().swaps();

        int mark = wire.mark();
        wire.type("count 4000000000\r");
        wire.await("\n100\r", mark);
        int reached = last(mark);
        long start = System.nanoTime();
        uart.update(SecondBuild.of(jar(), next));
        long millis = (System.nanoTime() - start) / 1_000_000;
        int resumed = last(mark);
        bell.await(
                "100 more numbers",
                () -> last(mark) >= resumed + 100,
                () -> Wire.tail(wire.since(mark)));
        wire.type("x");
        int end = wire.await("stopped at ", mark);
        wire.await(PROMPT, end);

        int counted = sequence(wire.since(mark));
        require("version of com1's bundle", next.toString(), device().version());
        require("swaps of com1", swaps + 1, device().swaps());
        require("registers after the update", settings, settings());
        guest("in 3ff", "= 5c");
        transcript.more(
                "the guest counted to "
                        + reached
                        + " when the update began, which took "
                        + millis
                        + " ms");
        transcript.more("it went on to " + counted + ": none missing, none twice");
        transcript.more(
                device().bundle()
                        + " is now "
                        + next
                        + "; its registers are as they were: "
                        + settings);
    }

    /** Step 5: the default client answers again. */
    void uninstall() throws StepFailed, InterruptedException, BundleException {
        before.addAll(machine.stats());
        long reads = unclaimed(LINE_STATUS).reads() + unclaimed(SCRATCH).reads();
        uart.uninstall();
        bell.await(
                "more reads answered by the default client",
                () -> unclaimed(LINE_STATUS).reads() + unclaimed(SCRATCH).reads() > reads,
                () -> machine.unclaimed().toString());
        require("claims", "[]", machine.ranges().toString());
        transcript.more("the default client answers again, with all-ones");
        List<StatsRow> after = machine.stats();
        machine.stop();
        transcript.more(
                "the machine is stopped; it sent " + machine.row().requests() + " requests:");
        transcript.more(Report.of(before, after));
    }

    private Path jar() {
        return Path.of(context.getProperty("trapline.demo.uart"));
    }

    private DeviceRow device() throws StepFailed {
        return machine.devices().stream()
                .filter(row -> row.name().equals(COM1))
                .findAny()
                .orElseThrow(
                        () -> new StepFailed("a device called com1", machine.devices().toString()));
    }

    private UnclaimedRow unclaimed(int port) {
        return machine.unclaimed().stream()
                .filter(row -> row.type().equals("port") && row.address() == port)
                .findAny()
                .orElse(new UnclaimedRow("port", port, 0, 0));
    }

    private void echo(String text) throws StepFailed, InterruptedException {
        guest("echo " + text, text);
        transcript.more("typed: echo " + text + "; the guest answers: " + text);
    }

    /** Types a command and waits for the answer, after the guest's echo of what was typed. */
    private void guest(String command, String answer) throws StepFailed, InterruptedException {
        int mark = wire.mark();
        wire.type(command + "\r");
        mark = wire.await(command + "\r\n", mark);
        mark = wire.await(answer + "\r\n", mark);
        wire.await(PROMPT, mark);
    }

    private Map<String, String> settings() throws StepFailed {
        Map<String, String> values = new TreeMap<>();
        collect(machine.inspect(COM1), values);
        values.keySet().retainAll(SETTINGS);
        require("registers shown", SETTINGS.size(), values.size());
        Map<String, String> ordered = new LinkedHashMap<>();
        SETTINGS.forEach(name -> ordered.put(name, values.get(name)));
        return ordered;
    }

    private static void collect(InspectedNode node, Map<String, String> values) {
        values.put(node.name(), node.value());
        node.children().forEach(child -> collect(child, values));
    }

    /** The last whole number that came; 0 before the first. */
    private int last(int mark) {
        String text = wire.since(mark);
        int end = text.lastIndexOf('\r');
        int start = text.lastIndexOf('\n', Math.max(0, end)) + 1;
        String line = end < start ? "" : text.substring(start, end);
        return line.matches("\\d{1,9}") ? Integer.parseInt(line) : 0;
    }

    private static List<Integer> numbers(String text) {
        List<Integer> numbers = new ArrayList<>();
        Matcher matcher =
                Pattern.compile("^(\\d+)\r$", Pattern.MULTILINE | Pattern.UNIX_LINES).matcher(text);
        while (matcher.find()) {
            numbers.add(Integer.valueOf(matcher.group(1)));
        }
        return numbers;
    }

    /** How far it counted, if it left nothing out and said nothing twice. */
    private static int sequence(String text) throws StepFailed {
        List<Integer> numbers = numbers(text);
        for (int i = 0; i < numbers.size(); i++) {
            require("number " + (i + 1) + " of the count", i + 1, numbers.get(i));
        }
        Matcher stopped = Pattern.compile("stopped at (\\d+)").matcher(text);
        require(
                "the end of the count",
                "stopped at " + numbers.size(),
                stopped.find() ? stopped.group() : "nothing");
        return numbers.size();
    }

    private static <T> void require(String what, T expected, T got) throws StepFailed {
        if (!expected.equals(got)) {
            throw new StepFailed(what + ": " + expected, String.valueOf(got));
        }
    }
}
