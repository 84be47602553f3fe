package io.trapline.qtest.monitor;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Objects are told apart by their braces, in whatever pieces they come. */
class ObjectReaderTest {
    private static List<String> read(byte[] sent, int piece) throws Exception {
        InputStream pieces =
                new ByteArrayInputStream(sent) {
                    @Override
                    public int read(byte[] target, int offset, int length) {
                        return super.read(target, offset, Math.min(length, piece));
                    }
                };
        ObjectReader reader = new ObjectReader(Channels.newChannel(pieces));
        List<String> found = new ArrayList<>();
        while (true) {
            try {
                String object = reader.next();
                if (object == null) {
                    return found;
                }
                found.add(object);
            } catch (ObjectReader.Garbage e) {
                assertTrue(e.getMessage().startsWith("JSON parse error, "), e::getMessage);
                found.add("garbage");
            }
        }
    }

    private static List<String> read(String sent) throws Exception {
        return read(sent.getBytes(ISO_8859_1), 1000);
    }

    @ParameterizedTest(name = "{0} bytes at once")
    @ValueSource(ints = {1, 2, 3, 5, 8, 100_000})
    void areFoundInPieces(int piece) throws Exception {
        List<String> objects =
                List.of(
                        "{}",
                        "{\"a\": {\"b\": [{}, {\"c\": []}]}}",
                        "{\"brace\": \"}{][\"}",
                        "{\"quote\": \"\\\"}\", \"escape\": \"\\\\\"}",
                        "{\n \"lines\":\r\n 1\t}",
                        "{\"text\": \"Übung €\"}",
                        "{\"long\": \"" + "x".repeat(20_000) + "\"}");
        String sent =
                " \n" + String.join("", objects) + "\r\n" + String.join("\n", objects) + "{\"cut";
        List<String> twice = new ArrayList<>(objects);
        twice.addAll(objects);

        assertEquals(twice, read(sent.getBytes(UTF_8), piece));
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "{]\n",
                "{[}\n",
                "{\"a\": 1]\n",
                "{\u0001",
                "{\u00ff",
                "{\"bad \u00ff",
                "{\"a\": \"\n",
                "{'a'\n",
                "}\n",
                "null\n",
                "[1, 2]\n",
                "%p",
                "\u00fc\n",
                "\"text\"\n",
                "]]]]\n",
            })
    void areFoundAgainAfterWhatIsNone(String garbage) throws Exception {
        assertEquals(
                List.of("{\"a\":1}", "garbage", "{\"b\":2}", "{}"),
                read("{\"a\":1}" + garbage + "{\"b\":2}{}"));
    }

    @Test
    void areBounded() throws Exception {
        String longest = "{\"a\":\"" + "x".repeat(ObjectReader.LONGEST - 8) + "\"}";
        assertEquals(List.of(longest), read(longest));
        assertEquals(List.of("garbage", "{}"), read("{\"a\":\"" + "x".repeat(2 << 20) + "\"}\n{}"));
    }

    @Test
    void areNotTooDeep() throws Exception {
        String deep = "{\"a\":".repeat(ObjectReader.DEEPEST);
        assertEquals(
                List.of(deep + "1" + "}".repeat(ObjectReader.DEEPEST)),
                read(deep + "1" + "}".repeat(ObjectReader.DEEPEST)));
        assertEquals("garbage", read(deep + "{\n").get(0));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void areFoundAfterAnyBytes(long seed) throws Exception {
        Random random = new Random(seed);
        String alphabet = "{}[]\"\\',:\n \u00ff\u0001a1";
        for (int i = 0; i < 2_000; i++) {
            StringBuilder sent = new StringBuilder();
            for (int length = random.nextInt(40); length > 0; length--) {
                sent.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            // A byte that is in no text ends whatever the others have begun.
            sent.append("\u00ff\n{\"last\":1}");
            List<String> found = read(sent.toString());
            assertEquals(
                    "{\"last\":1}",
                    found.get(found.size() - 1),
                    () -> "seed " + seed + ": " + sent);
        }
    }
}
