package io.trapline.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A configuration file, right and wrong, against the metatype of a made-up device. */
class ConfigurationTest {
    private static final String METATYPE =
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <metatype:MetaData xmlns:metatype="http://www.osgi.org/xmlns/metatype/v1.2.0">
              <OCD id="Config" name="n">
                <AD id="port" type="Integer" cardinality="0" required="true" default="1016"/>
                <AD id="vcpus" type="Integer" min="1" max="16"/>
                <AD id="size" type="Long"/>
                <AD id="memory" type="String"/>
                <AD id="polling" type="Boolean"/>
                <AD id="mode" type="String">
                  <Option label="real" value="real"/>
                  <Option label="long" value="long"/>
                </AD>
                <AD id="names" type="String" cardinality="2147483647"/>
              </OCD>
              <Designate factoryPid="gadget"><Object ocdref="Config"/></Designate>
            </metatype:MetaData>
            """;

    @TempDir private Path folder;
    private final Metatype metatype = new Metatype();
    private final List<String> notes = new ArrayList<>();

    @BeforeEach
    void readMetatype() throws Exception {
        metatype.add(new ByteArrayInputStream(METATYPE.getBytes(StandardCharsets.UTF_8)));
    }

    private Configuration checked(String text) throws Exception {
        Path file = Files.writeString(folder.resolve("c.json"), text);
        Configuration configuration = Configuration.read(file);
        configuration.check(metatype, notes::add);
        return configuration;
    }

    private String refusal(String text) {
        return assertThrows(BadInput.class, () -> checked(text))
                .getMessage()
                .replace(folder + "/", "");
    }

    @Test
    void keepsWhatIsRight() throws Exception {
        Configuration read =
                checked(
                        """
                        // a comment
                        { "gadget~a": { "port": "0x3F8", /* and // another */ "memory": 64, "names": ["x//y"] } }
                        """);

        assertEquals(0x3F8L, read.value("gadget~a", "port"));
        assertEquals("64", read.value("gadget~a", "memory"));
        assertEquals(List.of("x//y"), read.value("gadget~a", "names"));
    }

    @Test
    void namesTheKeysThatThereAre() {
        String message = refusal("{\n  \"gadget~a\": {\n    \"prot\": 1\n  }\n}\n");

        assertTrue(message.startsWith("c.json:3: gadget~a: unknown key \"prot\"; known:"), message);
        assertTrue(message.contains("port: whole number"), message);
        assertTrue(message.contains("mode: one of long, real"), message);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "'\"port\": \"com\"'   | port = \"com\", wanted whole number",
                "'\"port\": 1.5'       | port = 1.5, wanted whole number",
                "'\"port\": true'      | port = true, wanted whole number",
                "'\"port\": \"1G1\"'     | port = \"1G1\", wanted whole number",
                "'\"size\": \"9999999T\"'| size = \"9999999T\", wanted whole number",
                "'\"port\": 4294967296'| port = 4294967296, wanted whole number",
                "'\"vcpus\": 17'       | vcpus = 17, wanted whole number from 1 to 16",
                "'\"polling\": \"yes\"'| polling = \"yes\", wanted true or false",
                "'\"memory\": true'    | memory = true, wanted text",
                "'\"mode\": \"fast\"'  | mode = \"fast\", wanted one of long, real",
                "'\"names\": \"x\"'    | names = \"x\", wanted list of: text",
            })
    void refusesAWrongValue(String property, String complaint) {
        assertEquals(
                "c.json:1: gadget~a: " + complaint,
                refusal("{ \"gadget~a\": { " + property + " } }"));
    }

    @Test
    void notesAPidThatNobodyKnows() throws Exception {
        checked("{ \"machine~main\": {}, \"vendor.thing~x\": { \"a\": 1 } }");

        assertTrue(
                notes.stream()
                        .anyMatch(
                                note ->
                                        note.contains(
                                                "vendor.thing~x: no shipped bundle knows this")),
                notes::toString);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "'{\n  \"gadget~a\": {\n    \"port\": 1,,\n  }\n}' | c.json:3: not JSON at column 15: \"port\": 1,,",
                "'{\n/* a\ncomment */ \"gadget~a\": }\n'          | c.json:3: not JSON at column 24: comment */ \"gadget~a\": }",
            })
    void saysWhereItIsBroken(String text, String complaint) {
        assertEquals(complaint, refusal(text));
    }

    @ParameterizedTest
    @CsvSource({"''", "'[]'", "'{'", "'{ \"gadget~a\": { \"port\": '", "'{ \"a\": /* '"})
    void refusesWhatIsNoObject(String text) {
        assertTrue(refusal(text).startsWith("c.json"), text);
    }

    @Test
    void takesNumbersInOtherNotations() throws Exception {
        Configuration read = checked("{ \"gadget~a\": { \"port\": \"0x3F8\", \"size\": \"2G\" } }");

        assertEquals(0x3F8L, read.value("gadget~a", "port"));
        assertEquals(2L << 30, read.value("gadget~a", "size"));
    }

    @Test
    void optionsChangeTheOnlyMachine() throws Exception {
        Configuration read = checked("{ \"machine~box\": { \"vcpus\": 2 } }");
        read.machine(Map.of("backend", "sim"));

        assertEquals("sim", read.value("machine~box", "backend"));
        assertEquals(2L, read.value("machine~box", "vcpus"));
    }

    @Test
    void optionsDoNotGuessAmongMachines() throws Exception {
        Configuration read = checked("{ \"machine~a\": {}, \"machine~b\": {} }");

        BadInput refused =
                assertThrows(BadInput.class, () -> read.machine(Map.of("backend", "sim")));
        assertTrue(refused.getMessage().contains("has a, b"), refused.getMessage());
    }

    @Test
    void isWrittenAsTheConfiguratorReadsIt() {
        Configuration written =
                Configuration.empty().put("gadget~a", Map.of("text", "a\"b\\\n", "port", 1L));

        assertEquals(
                "{\":configurator:resource-version\":1,\":configurator:symbolic-name\":\"io.trapline.configuration\","
                        + "\":configurator:version\":\"1.0.0\",\"gadget~a\":{\"port\":1,\"text\":\"a\\\"b\\\\\\u000a\"}}",
                written.toJson());
    }
}
