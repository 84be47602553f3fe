package io.trapline.chardev.port;

import static io.trapline.chardev.port.Waiting.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.chardev.Chardev;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code service}, {@code terminal} and {@code file}: channels that block, some of which come and go. */
@Timeout(60)
class ChannelPortTest {
    @TempDir Path folder;

    private final Ports ports = new Ports(Duration.ofSeconds(60));

    @AfterEach
    void close() {
        ports.closeAll();
        assertEquals(List.of(), Waiting.threads());
    }

    /** Both ends of a service's channel, which blocks. */
    private static final class Wire implements ByteChannel {
        private final Pipe toUs;
        private final Pipe fromUs;

        Wire() throws IOException {
            toUs = Pipe.open();
            fromUs = Pipe.open();
        }

        void type(String text) throws IOException {
            toUs.sink().write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
        }

        String printed(int count) throws IOException {
            byte[] bytes = Channels.newInputStream(fromUs.source()).readNBytes(count);
            return new String(bytes, StandardCharsets.US_ASCII);
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            return toUs.source().read(target);
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            return fromUs.sink().write(source);
        }

        @Override
        public boolean isOpen() {
            return toUs.source().isOpen();
        }

        @Override
        public void close() throws IOException {
            toUs.source().close();
            fromUs.sink().close();
        }
    }

    @Test
    void carriesBytesBothWays() throws Exception {
        Wire wire = new Wire();
        ports.offer("terminal", wire);
        Waiting user = new Waiting(ports.open("terminal"));

        user.write("login: ");
        assertEquals("login: ", wire.printed(7));
        wire.type("root\n");
        assertEquals("root\n", user.read(5));
    }

    @Test
    void waitsForItsServiceAndOutlivesIt() throws Exception {
        Chardev chardev = ports.open("service:robot");
        Waiting user = new Waiting(chardev);
        assertFalse(chardev.connected());
        user.write("early");

        Wire first = new Wire();
        ports.offer("robot", first);
        user.connected(true);
        assertEquals("early", first.printed(5));
        ports.withdraw("robot", first);
        assertFalse(chardev.connected());
        assertEquals(List.of(), Waiting.threads());

        user.write("later");
        Wire second = new Wire();
        ports.offer("other", new Wire());
        ports.offer("robot", second);
        assertEquals("later", second.printed(5));
        second.type("x");
        assertEquals("x", user.read(1));
    }

    @Test
    void takesTheNextServiceOfThatName() throws Exception {
        Wire first = new Wire();
        Wire second = new Wire();
        ports.offer("robot", first);
        ports.offer("robot", second);
        Chardev chardev = ports.open("service:robot");

        ports.withdraw("robot", first);

        assertTrue(chardev.connected());
        chardev.write('x');
        assertEquals("x", second.printed(1));
    }

    @Test
    void tellsWhenTheOtherEndHangsUp() throws Exception {
        Wire wire = new Wire();
        ports.offer("robot", wire);
        Waiting user = new Waiting(ports.open("service:robot"));
        user.connected(true);

        wire.toUs.sink().close();

        user.connected(false);
        until(() -> Waiting.threads().isEmpty());
    }

    /** As the launcher's terminal: closing it closes nothing, and the next port finds it as it is. */
    @Test
    void leavesNoThreadInAChannelThatDoesNotClose() throws Exception {
        LinkedBlockingQueue<Byte> typed = new LinkedBlockingQueue<>();
        ByteChannel keyboard =
                new ByteChannel() {
                    @Override
                    public int read(ByteBuffer target) throws IOException {
                        try {
                            target.put(typed.take());
                            return 1;
                        } catch (InterruptedException e) {
                            throw new InterruptedIOException();
                        }
                    }

                    @Override
                    public int write(ByteBuffer source) {
                        int count = source.remaining();
                        source.position(source.limit());
                        return count;
                    }

                    @Override
                    public boolean isOpen() {
                        return true;
                    }

                    @Override
                    public void close() {}
                };
        ports.offer("terminal", keyboard);
        Waiting first = new Waiting(ports.open("terminal"));
        typed.add((byte) 'a');
        assertEquals("a", first.read(1));
        ports.closeAll();
        assertEquals(List.of(), Waiting.threads());

        Ports later = new Ports(Duration.ZERO);
        later.offer("terminal", keyboard);
        Waiting second = new Waiting(later.open("terminal"));
        typed.add((byte) 'b');
        assertEquals("b", second.read(1));
        later.closeAll();
    }

    /** Its channel belongs to a service, and is not closed because no device uses it for a while. */
    @Test
    void staysWithItsServiceHoweverLongNobodyUsesIt() throws Exception {
        Ports impatient = new Ports(Duration.ZERO);
        Wire wire = new Wire();
        impatient.offer("robot", wire);
        impatient.open("service:robot").close();
        wire.type("hello");

        assertEquals("hello", new Waiting(impatient.open("service:robot")).read(5));
        impatient.closeAll();
    }

    @Test
    void holdsUpAWriterThatNobodyReads() throws Exception {
        Wire wire = new Wire();
        ports.offer("robot", wire);
        Chardev chardev = ports.open("service:robot");
        Waiting user = new Waiting(chardev);
        StringBuilder sent = new StringBuilder();
        char next = 'a';
        while (chardev.write(next)) {
            sent.append(next);
            next = next == 'z' ? 'a' : (char) (next + 1);
        }

        assertTrue(sent.toString().equals(wire.printed(sent.length())));
        user.write("done");
        assertEquals("done", wire.printed(4));
    }

    @Test
    void appendsToAFile() throws Exception {
        Path file = Files.writeString(folder.resolve("log"), "before ");
        Chardev chardev = ports.open("file:" + file);
        Waiting user = new Waiting(chardev);
        String text = "0123456789".repeat(200_000);

        user.write(text);
        assertTrue(chardev.connected());
        assertEquals(-1, chardev.read());
        ports.closeAll();

        assertTrue(("before " + text).equals(Files.readString(file)));
    }

    /** Opening one would wait until somebody reads it. */
    @Test
    void refusesANamedPipeInPlaceOfAFile() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());

        var e = assertThrows(IOException.class, () -> ports.open("file:" + pipe));

        assertEquals("file:" + pipe + ": there is a named pipe, wanted a file", e.getMessage());
    }
}
