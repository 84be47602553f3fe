package io.trapline.qtest.monitor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.qtest.options.BadOption;
import io.trapline.qtest.options.KeyValues;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** QEMU's docs/interop/qmp-spec: greeting, answers, errors, events. */
class MonitorTest {
    private final List<String> done = new ArrayList<>();
    private boolean running = true;
    private Runnable leaving; // who waits for the guest to let go

    /** A machine with one device, {@code com9}, and one type, {@code isa-serial}. */
    private final MonitoredMachine machine =
            new MonitoredMachine() {
                @Override
                public List<String> machines() {
                    return List.of("pc");
                }

                @Override
                public List<String> deviceTypes() {
                    return List.of("isa-serial");
                }

                @Override
                public void add(KeyValues device) throws BadOption {
                    if (!device.first().equals("isa-serial")) {
                        throw new BadOption("no device type " + device.first());
                    }
                    done.add("add " + device.values());
                }

                @Override
                public boolean delete(String device, Runnable gone) {
                    if (device.equals("later")) {
                        leaving = gone;
                        return true;
                    } else if (device.equals("com9")) {
                        gone.run();
                        return true;
                    }
                    return false;
                }

                @Override
                public boolean resize(String drive, long size) {
                    done.add("resize " + drive + " " + size);
                    return drive.equals("d0");
                }

                @Override
                public boolean running() {
                    return running;
                }

                @Override
                public void reset() {
                    done.add("reset");
                }

                @Override
                public void pause() {
                    running = false;
                }

                @Override
                public void resume() {
                    running = true;
                }

                @Override
                public void quit() {
                    done.add("quit");
                    if (leaving != null) {
                        leaving.run();
                    }
                }
            };

    private List<String> answers(byte[] sent) throws InterruptedException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ReadableByteChannel source = Channels.newChannel(new ByteArrayInputStream(sent));
        WritableByteChannel target = Channels.newChannel(out);
        ByteChannel both =
                new ByteChannel() {
                    @Override
                    public int read(ByteBuffer buffer) throws java.io.IOException {
                        return source.read(buffer);
                    }

                    @Override
                    public int write(ByteBuffer buffer) throws java.io.IOException {
                        return target.write(buffer);
                    }

                    @Override
                    public boolean isOpen() {
                        return true;
                    }

                    @Override
                    public void close() {}
                };
        new Monitor(both, machine).serve();
        String text = out.toString(UTF_8);
        assertTrue(text.endsWith("\r\n"), text);
        List<String> lines = Arrays.asList(text.split("\r\n"));
        assertEquals(
                "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 0, \"minor\": 2, \"major\": 7},"
                        + " \"package\": \"\"}, \"capabilities\": []}}",
                lines.get(0));
        return lines.subList(1, lines.size());
    }

    private List<String> answers(String sent) throws InterruptedException {
        return answers(sent.getBytes(UTF_8));
    }

    @Test
    void speaksFirst() throws Exception {
        assertEquals(List.of(), answers(""));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"execute\":\"qmp_capabilities\"}|{\"return\":{}}",
                "{\"execute\":\"qmp_capabilities\",\"arguments\":{},\"id\":{\"a\":[1]}}|{\"return\":{},\"id\":{\"a\":[1]}}",
                "{\"execute\":\"query-machines\"}|{\"return\":[{\"name\":\"pc\",\"cpu-max\":1,\"hotpluggable-cpus\":false,\"numa-mem-supported\":false,\"deprecated\":false}]}",
                "{\"execute\":\"qom-list-types\",\"arguments\":{\"implements\":\"device\",\"abstract\":true}}|{\"return\":[{\"name\":\"isa-serial\"}]}",
                "{\"execute\":\"query-status\"}|{\"return\":{\"running\":true,\"singlestep\":false,\"status\":\"running\"}}",
                "{\"execute\":\"query-version\"}|{\"return\":{\"qemu\":{\"micro\":0,\"minor\":2,\"major\":7},\"package\":\"\"}}",
                "{\"execute\":\"eject\",\"id\":\"x\"}|{\"error\":{\"class\":\"CommandNotFound\",\"desc\":\"The command eject has not been found\"},\"id\":\"x\"}",
                "{\"execute\":\"block_resize\",\"arguments\":{\"device\":\"d9\",\"size\":512}}|{\"error\":{\"class\":\"GenericError\",\"desc\":\"there is no disk d9\"}}",
                "{\"execute\":\"block_resize\",\"arguments\":{\"device\":\"d0\",\"size\":0}}|{\"error\":{\"class\":\"GenericError\",\"desc\":\"'size' is missing, or no number of bytes, a multiple of 512\"}}",
                "{\"execute\":\"block_resize\",\"arguments\":{\"device\":\"d0\",\"size\":1000}}|{\"error\":{\"class\":\"GenericError\",\"desc\":\"'size' is missing, or no number of bytes, a multiple of 512\"}}",
                "{\"execute\":\"block_resize\",\"arguments\":{\"device\":\"d0\",\"size\":512.5}}|{\"error\":{\"class\":\"GenericError\",\"desc\":\"'size' is missing, or no number of bytes, a multiple of 512\"}}",
                "{\"execute\":\"block_resize\",\"arguments\":{\"device\":\"d0\",\"size\":-512}}|{\"error\":{\"class\":\"GenericError\",\"desc\":\"'size' is missing, or no number of bytes, a multiple of 512\"}}",
                "{\"execute\":\"block_resize\",\"arguments\":{\"device\":\"d0\",\"size\":18446744073709552128}}|{\"error\":{\"class\":\"GenericError\",\"desc\":\"'size' is missing, or no number of bytes, a multiple of 512\"}}",
                "{\"execute\":\"block_resize\",\"arguments\":{\"device\":\"d0\",\"size\":\"1024\"}}|{\"error\":{\"class\":\"GenericError\",\"desc\":\"'size' is missing, or no number of bytes, a multiple of 512\"}}",
                "{\"execute\":\"block_resize\",\"arguments\":{\"device\":\"d0\",\"size\":1024}}|{\"return\":{}}",
                "{\"execute\":\"device_del\",\"arguments\":{\"id\":\"com1\"}}|{\"error\":{\"class\":\"DeviceNotFound\",\"desc\":\"Device 'com1' not found\"}}",
                "{\"execute\":\"device_add\",\"arguments\":{\"driver\":\"e1000\"}}|{\"error\":{\"class\":\"GenericError\",\"desc\":\"no device type e1000\"}}",
                "{\"execute\":\"device_add\",\"arguments\":{}}|{\"error\":{\"class\":\"GenericError\",\"desc\":\"'driver' is no text, or is missing\"}}",
                "{\"execute\":true}|{\"error\":{\"class\":\"GenericError\",\"desc\":\"'execute' is no text, or is missing\"}}",
                "{\"execute\":\"stop\",\"arguments\":[]}|{\"error\":{\"class\":\"GenericError\",\"desc\":\"'arguments' is no object\"}}",
                "{\"execute\":\"stop\",\"more\":1}|{\"error\":{\"class\":\"GenericError\",\"desc\":\"a command has no 'more'\"}}",
            })
    void answers(String command, String answer) throws Exception {
        assertEquals(List.of(answer), answers(command));
    }

    @Test
    void givesADeviceItsPropertiesAsText() throws Exception {
        answers(
                "{\"execute\":\"device_add\",\"arguments\":{\"driver\":\"isa-serial\",\"id\":\"c\","
                        + "\"index\":2,\"wakeup\":true}}");
        assertEquals(List.of("add {driver=isa-serial, id=c, index=2, wakeup=on}"), done);
    }

    @Test
    void tellsAnEventAfterTheAnswer() throws Exception {
        List<String> said =
                answers(
                        "{\"execute\":\"system_reset\"}{\"execute\":\"device_del\",\"arguments\":{\"id\":\"com9\"}}");
        assertEquals("{\"return\":{}}", said.get(0));
        assertTrue(
                said.get(1)
                        .matches(
                                "\\{\"timestamp\":\\{\"seconds\":\\d+,\"microseconds\":\\d{1,6}},\"event\":\"RESET\"}"),
                said::toString);
        assertTrue(
                said.get(3)
                        .endsWith(
                                "\"event\":\"DEVICE_DELETED\",\"data\":{\"device\":\"com9\",\"path\":\"/machine/peripheral/com9\"}}"),
                said::toString);
        assertEquals(List.of("reset"), done);
    }

    @Test
    void tellsWhenADeviceHasLeftThatTheGuestWasAskedFor() throws Exception {
        List<String> said =
                answers(
                        "{\"execute\":\"device_del\",\"arguments\":{\"id\":\"later\"}}"
                                + "{\"execute\":\"query-status\"}{\"execute\":\"quit\"}");
        assertEquals("{\"return\":{}}", said.get(0));
        assertTrue(said.get(1).contains("\"running\""), said::toString);
        assertTrue(said.get(3).contains("\"DEVICE_DELETED\""), said::toString);
    }

    @Test
    void pausesAndGoesOn() throws Exception {
        answers("{\"execute\":\"stop\"}");
        assertTrue(answers("{\"execute\":\"query-status\"}").get(0).contains("\"paused\""));
        answers("{\"execute\":\"cont\"}{\"execute\":\"quit\"}");
        assertTrue(running);
        assertEquals(List.of("quit"), done);
    }

    /** Objects that are nearly right. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4})
    void answersWhatIsNearlyRightOnce(long seed) throws Exception {
        Random random = new Random(seed);
        String good =
                "{\"execute\":\"device_add\",\"arguments\":{\"driver\":\"x\",\"n\":[1e999,-0.5,null,\"\\u0041\"]},\"id\":7}";
        for (int i = 0; i < 1_000; i++) {
            byte[] bytes = good.getBytes(UTF_8);
            for (int changes = random.nextInt(3); changes >= 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(128);
            }
            String sent = new String(bytes, UTF_8) + "\u0001\n{\"execute\":\"query-version\"}";
            List<String> said = answers(sent);
            assertTrue(
                    said.get(said.size() - 1).startsWith("{\"return\":{\"qemu\"")
                            && said.stream()
                                    .allMatch(
                                            line ->
                                                    line.matches(
                                                            "\\{\"(return|error|timestamp)\".*")),
                    () -> "seed " + seed + ": " + sent + " " + said);
        }
    }
}
