package io.trapline.chardev.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.chardev.Chardev;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code log}: what a guest sends, as lines that do no harm. */
@Timeout(60)
class LogChannelTest {
    private final List<String> lines = new ArrayList<>();
    private final LogChannel channel = new LogChannel("com1", lines::add, 1_000_000);

    private void send(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        assertEquals(bytes.length, channel.write(ByteBuffer.wrap(bytes)));
    }

    @Test
    void makesLines() throws IOException {
        send("hel");
        assertEquals(List.of(), lines);
        send("lo\r\nthere\n\n\r\nlogin: ");
        channel.close();

        assertEquals(List.of("com1: hello", "com1: there", "com1: login: "), lines);
    }

    @ParameterizedTest
    @CsvSource({
        "'\u001B[2Jgone',      '^[[2Jgone'",
        "'\u0000\u0007\u007F', '^@^G^?'",
        "'a\tb',               'a\tb'",
        "'\u009B31m',          '<U+009B>31m'", // a control sequence in one character
        "'abc\u202Ecba',       'abc<U+202E>cba'", // turns the direction
        "'a\u2028b',           'a<U+2028>b'",
        "'\uFEFF\u00AD',       '<U+FEFF><U+00AD>'",
        "'Grüße \uD83D\uDE00', 'Grüße \uD83D\uDE00'",
        "'${jndi:x} {0} %s',   '${jndi:x} {0} %s'",
    })
    void makesThemHarmless(String sent, String expected) throws IOException {
        send(sent + "\n");

        assertEquals(List.of("com1: " + expected), lines);
    }

    @Test
    void showsWhatIsNoText() throws IOException {
        channel.write(ByteBuffer.wrap(new byte[] {(byte) 0xFF, 'a', (byte) 0xC3, '\n'}));

        assertEquals(List.of("com1: \uFFFDa\uFFFD"), lines);
    }

    @Test
    void breaksALongLineBetweenCharacters() throws IOException {
        send("x".repeat(LogChannel.LONGEST_LINE - 1) + "\u20AC" + "y".repeat(3000) + "\n");

        assertEquals(
                List.of(
                        "com1: " + "x".repeat(LogChannel.LONGEST_LINE - 1) + "\u20AC",
                        "com1: " + "y".repeat(LogChannel.LONGEST_LINE),
                        "com1: " + "y".repeat(LogChannel.LONGEST_LINE),
                        "com1: " + "y".repeat(3000 - 2 * LogChannel.LONGEST_LINE)),
                lines);
    }

    /** Bytes that go on without a character never outgrow the line. */
    @Test
    void isBoundedWhateverComes() throws IOException {
        byte[] bytes = new byte[10_000];
        java.util.Arrays.fill(bytes, (byte) 0x80);
        channel.write(ByteBuffer.wrap(bytes));
        channel.close();

        assertEquals(10_000, lines.stream().mapToInt(line -> line.length() - 6).sum());
        assertTrue(lines.stream().allMatch(line -> line.length() <= 6 + 1028));
    }

    @Test
    void holdsUpAGuestThatSendsTooMuch() throws IOException {
        LogChannel slow = new LogChannel("com1", lines::add, 10);
        long start = System.nanoTime();
        slow.write(ByteBuffer.wrap("x\n".repeat(11).getBytes(StandardCharsets.US_ASCII)));

        assertEquals(11, lines.size());
        assertTrue(System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(900));
    }

    @Test
    void goesIntoTheLogOfTheProcess() throws Exception {
        BlockingQueue<String> logged = new LinkedBlockingQueue<>();
        Handler handler =
                new Handler() {
                    @Override
                    public void publish(LogRecord entry) {
                        logged.add(entry.getLevel() + " " + entry.getMessage());
                    }

                    @Override
                    public void flush() {}

                    @Override
                    public void close() {}
                };
        Logger logger = Logger.getLogger("io.trapline.chardev.log");
        logger.setUseParentHandlers(false);
        logger.addHandler(handler);
        Ports ports = new Ports(Duration.ofSeconds(60));
        try {
            Chardev com1 = ports.open("log", "main/com1");
            Chardev com2 = ports.open("log:second", "main/com2");
            assertTrue(com1.connected());
            for (char value : "one\n".toCharArray()) {
                com1.write(value);
            }
            assertEquals("INFO main/com1: one", logged.poll(Waiting.SECONDS, TimeUnit.SECONDS));
            for (char value : "two\n".toCharArray()) {
                com2.write(value);
            }
            assertEquals("INFO second: two", logged.poll(Waiting.SECONDS, TimeUnit.SECONDS));
            com1.write('!');
            assertEquals(-1, com1.read());
        } finally {
            ports.closeAll();
            logger.removeHandler(handler);
        }
        assertEquals("INFO main/com1: !", logged.poll(Waiting.SECONDS, TimeUnit.SECONDS));
        assertEquals(List.of(), Waiting.threads());
    }
}
