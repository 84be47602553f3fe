package io.trapline.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.hypervisor.VmStop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** guest/README.md, "monitor.bin": what the bare-metal monitor does, its twin does. */
@Timeout(60)
class MonitorGuestTest {
    private static final int ENOUGH = 1_000_000;
    private static final long SECOND = 1_000_000_000;

    private TestCore core;
    private ModelUart uart;
    private DeterministicMachine steps;

    @BeforeEach
    void powerOn() throws IOException {
        core = new TestCore(Map.of(), "monitor", TestCore.MEMORY, 2, "deterministic=true");
        uart = new ModelUart().plugInto(core);
        steps = new DeterministicMachine(core.vm);
        core.start();
    }

    @AfterEach
    void powerOff() {
        core.close();
    }

    /** What it prints until it rests. */
    private String rest() {
        int begin = uart.output.length();
        assertTrue(steps.run(ENOUGH) < ENOUGH, "it never rests");
        return uart.output.substring(begin);
    }

    /** Types, and lets time pass: a monitor at rest looks again after a while. */
    private String after(String typed) {
        int begin = uart.output.length();
        uart.type(typed);
        steps.advance(SECOND);
        rest();
        return uart.output.substring(begin);
    }

    @Test
    void greetsAndPrompts() {
        assertEquals("trapline guest: ready\r\n> ", rest());
        assertEquals(List.of("3=80", "0=01", "1=00", "3=03", "1=00", "2=07", "4=03"), uart.setup);
    }

    // spotless:off
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = ';', ignoreLeadingAndTrailingWhitespace = false, value = {
        "echo Hello,  world;Hello,  world|",
        "echo;|",
        "  echo x ;x |",
        "in 80;= 5a|",
        "in 0x80 w;= 005a|",
        "IN 80;error: unknown command: IN|",
        "in;error: usage: in PORT [b/w/l]|",
        "in 10000;error: usage: in PORT [b/w/l]|",
        "in 80 q;error: usage: in PORT [b/w/l]|",
        "in 80 b b;error: usage: in PORT [b/w/l]|",
        "in 1 l;= ffffffff|",
        "out 70 FF;ok|",
        "out 70 100;error: usage: out PORT VALUE [b/w/l]|",
        "out 70 100 w;ok|",
        "out 70 ffffffff l;ok|",
        "out 70 1ffffffff l;error: usage: out PORT VALUE [b/w/l]|",
        "read 100000;= 00000000|",
        "read fed00000 b;= ff|",
        "read;error: usage: read ADDR [b/w/l]|",
        "write 100000 12345678;ok|",
        "write 100000;error: usage: write ADDR VALUE [b/w/l]|",
        "count 3;1|2|3|",
        "count 0;",
        "count x;error: usage: count N|",
        "time 80 100;0080: 100 reads, 0 ns each|",
        "time 80 0;error: usage: time PORT N|",
        "timem fed00000 10;fed00000: 10 reads, 0 ns each|",
        "timem 10;error: usage: timem ADDR N|",
        "date;error: no clock|",
        "date now;error: usage: date|",
        "cmos 80;error: usage: cmos [INDEX [VALUE]]|",
        "cmos 7f 100;error: usage: cmos [INDEX [VALUE]]|",
        "cmos 7f 1 b;error: usage: cmos [INDEX [VALUE]]|",
        "cmos x;error: usage: cmos [INDEX [VALUE]]|",
        "cmos 7F;= ff|",
        "ticks 1;error: no clock|",
        "ticks 0;error: usage: ticks N|",
        "ticks;error: usage: ticks N|",
        "help me;error: usage: help|",
        "foo bar;error: unknown command: foo|",
        "ech;error: unknown command: ech|",
        ";",
    })
    // spotless:on
    void answers(String command, String answer) {
        rest();
        String lines = answer == null ? "" : answer.replace("|", "\r\n").replace("b/w/l", "b|w|l");

        assertEquals(
                (command == null ? "" : command) + "\r\n" + lines + "> ",
                after((command == null ? "" : command) + "\r"));
    }

    @Test
    void saysWhatTheBareMetalMonitorSays() throws IOException {
        Map<String, String> texts = new HashMap<>();
        Matcher text =
                Pattern.compile("(?m)^([a-z]_\\w+):\\s+\\.asciz\\s+\"(.*)\"")
                        .matcher(Files.readString(Path.of("../guest/src/monitor.S")));
        while (text.find()) {
            texts.put(text.group(1), text.group(2).replace("\\r\\n", "\r\n"));
        }
        StringBuilder help = new StringBuilder("help\r\n");
        for (String command :
                "echo in out read write count time timem date cmos ticks help halt reset crash"
                        .split(" ")) {
            String usage = texts.getOrDefault("u_" + command, texts.get("n_" + command));
            String meaning = texts.get("h_" + command).replace("cycles", "nanoseconds");
            help.append(usage + texts.get("t_dash") + meaning + texts.get("t_crlf"));
        }

        assertEquals(texts.get("t_ready") + texts.get("t_prompt"), rest());
        assertEquals(help + texts.get("t_prompt"), after("help\r"));
    }

    @Test
    void writesAndReadsMemoryAndPorts() {
        rest();
        after("write 9000 a1b2c3d4\rout 70 1234 w\rwrite fed00000 5 b\r");

        assertEquals("read 9001 w\r\n= b2c3\r\n> ", after("read 9001 w\r"));
        assertEquals(List.of("0 write 70/2 1234", "0 write fed00000/1 5"), uart.others);
    }

    @Test
    void editsTheLineAndTakesAnyNewline() {
        rest();

        assertEquals(
                "ecgo\b \b\b \bho x\r\nx\r\n> echo y\r\ny\r\n> ",
                after("\bec\tgo\b\177ho x\r\necho y\n"));
    }

    @Test
    void aKeyStopsCounting() {
        rest();
        String output = after("count 1000000\r!");

        assertTrue(output.matches("(?s)count 1000000\r\n1\r\n.*stopped at \\d+\r\n> "), output);
    }

    @Test
    void waitsForAUartAndGreetsOneThatCameBack() {
        uart.present = false;
        assertEquals("", rest());
        int reads = uart.reads();
        steps.advance(SECOND);
        assertEquals("", rest());
        assertEquals(reads + 1, uart.reads());
        uart.present = true;
        assertEquals("trapline guest: ready\r\n> ", after(""));

        uart.present = false;
        after("lost");
        uart.present = true;
        assertEquals("trapline guest: ready\r\n> lost", after(""));
    }

    @Test
    void haltEndsInSilence() {
        rest();
        assertEquals("halt\r\nhalting\r\n", after("halt\recho x\r"));
        assertEquals(0, steps.runnable());
        assertTrue(core.stops.isEmpty());
    }

    @Test
    void resetAsksPort64AndTellsThatNobodyHeard() {
        rest();
        assertEquals("reset\r\nresetting\r\n", after("reset\r"));
        assertEquals(List.of("0 write 64/1 fe"), uart.others);
        assertEquals("error: no reset\r\n> ", after(""));
    }

    @Test
    void crashKillsTheMachine() {
        rest();
        assertEquals("crash\r\ncrashing\r\n", after("crash\r"));

        VmStop stop = core.stops.remove();
        assertEquals(VmStop.Kind.DIED, stop.kind());
        assertTrue(stop.detail().contains("triple fault"), stop::detail);
    }

    @Test
    void runsFreelyToo() throws Exception {
        try (TestCore free = new TestCore(Map.of(), "monitor", TestCore.MEMORY, 4)) {
            ModelUart com1 = new ModelUart().plugInto(free);
            free.start();
            assertEquals("trapline guest: ready\r\n", TestCore.take(com1.lines));
            com1.type("echo hi\r");
            assertEquals("> echo hi\r\n", TestCore.take(com1.lines));
            assertEquals("hi\r\n", TestCore.take(com1.lines));
        }
    }
}
