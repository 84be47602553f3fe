package io.trapline.chardev.port;

import static io.trapline.chardev.port.Waiting.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.chardev.Chardev;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Somebody is at the other end and reads nothing: for whom nobody waits for ever. */
@Timeout(60)
class PatienceTest {
    @TempDir Path folder;

    private final Ports ports = new Ports(Duration.ofSeconds(60), Duration.ofMillis(50));

    @AfterEach
    void close() {
        ports.closeAll();
        assertEquals(List.of(), Waiting.threads());
    }

    /** Writes as a guest does, which waits when it is refused, until its output is dropped. */
    private static int writeUntilDropped(Chardev chardev, Waiting user) throws Exception {
        int kept = 0;
        while (chardev.dropped() == 0) {
            user.write("" + (char) ('a' + kept % 26));
            kept++;
        }
        assertTrue(chardev.stalled());
        return kept - 1;
    }

    private static void expect(InputStream in, int first, int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        assertEquals(count, bytes.length);
        for (int i = 0; i < count; i++) {
            assertEquals('a' + (first + i) % 26, bytes[i], "at " + (first + i));
        }
    }

    @Test
    void endsWithAPeerOfASocket() throws Exception {
        Chardev chardev = ports.open("tcp:127.0.0.1:0");
        Waiting user = new Waiting(chardev);
        String text = chardev.description();
        int port = Integer.parseInt(text.substring(text.lastIndexOf(':') + 1));
        try (Socket peer = new Socket(InetAddress.getLoopbackAddress(), port)) {
            user.connected(true);
            int kept = writeUntilDropped(chardev, user);
            user.write("?".repeat(200_000)); // as fast as it can: nobody holds it up
            assertEquals(200_001, chardev.dropped());
            assertTrue(chardev.connected());

            expect(peer.getInputStream(), 0, kept); // it reads again: what was kept, in order
            until(() -> !chardev.stalled());
            user.write("!");
            assertEquals('!', peer.getInputStream().read());
            assertEquals(200_001, chardev.dropped());
        }
    }

    @Test
    void endsWithAPeerOfAUnixSocket() throws Exception {
        Path path = folder.resolve("com1");
        Chardev chardev = ports.open("unix:" + path);
        Waiting user = new Waiting(chardev);
        try (SocketChannel peer = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            peer.connect(UnixDomainSocketAddress.of(path));
            user.connected(true);
            writeUntilDropped(chardev, user);
        }
        user.connected(false);
        assertFalse(chardev.stalled());
        user.write("later");
        try (SocketChannel peer = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            user.connected(true);
            assertTrue(peer.read(ByteBuffer.allocate(1)) > 0);
        }
    }

    @Test
    void endsWithTheSlaveOfAPty() throws Exception {
        Chardev chardev = ports.open("pty");
        Waiting user = new Waiting(chardev);
        Path slave = Path.of(chardev.description().split("[: ]")[1]);
        try (InputStream in = Files.newInputStream(slave)) {
            user.connected(true);
            int kept = writeUntilDropped(chardev, user);
            expect(in, 0, kept);
            until(() -> !chardev.stalled());
            user.write("!");
            assertEquals('!', in.read());
        }
    }

    /** A service whose write hangs, such as a terminal that was stopped. */
    @Test
    void endsWithAServiceThatHangs() throws Exception {
        Semaphore hang = new Semaphore(0);
        ports.offer(
                "terminal",
                new ByteChannel() {
                    @Override
                    public int read(ByteBuffer target) throws IOException {
                        return hung(0);
                    }

                    @Override
                    public int write(ByteBuffer source) throws IOException {
                        return hung(source.remaining());
                    }

                    private int hung(int count) throws IOException {
                        try {
                            hang.acquire();
                            return count;
                        } catch (InterruptedException e) {
                            throw new IOException(e);
                        }
                    }

                    @Override
                    public boolean isOpen() {
                        return true;
                    }

                    @Override
                    public void close() {
                        hang.release(1000);
                    }
                });
        Chardev chardev = ports.open("terminal");
        Waiting user = new Waiting(chardev);

        assertEquals(Port.OUTPUT, writeUntilDropped(chardev, user));
    }

    /** One who reads slowly is waited for, and the guest told of any room at all when patience ends. */
    @Test
    void isRenewedByWhoeverReads() throws Exception {
        Ports patient = new Ports(Duration.ofSeconds(60), Duration.ofSeconds(2));
        Semaphore end = new Semaphore(0);
        patient.offer(
                "terminal",
                new ByteChannel() {
                    @Override
                    public int read(ByteBuffer target) throws IOException {
                        return waited(60_000);
                    }

                    @Override
                    public int write(ByteBuffer source) throws IOException {
                        source.get();
                        waited(1);
                        return 1;
                    }

                    private int waited(int millis) throws IOException {
                        try {
                            return end.tryAcquire(millis, TimeUnit.MILLISECONDS) ? -1 : 0;
                        } catch (InterruptedException e) {
                            throw new IOException(e);
                        }
                    }

                    @Override
                    public boolean isOpen() {
                        return true;
                    }

                    @Override
                    public void close() {
                        end.release(1000);
                    }
                });
        Chardev chardev = patient.open("terminal");
        Waiting user = new Waiting(chardev);
        while (chardev.write('x')) {}

        user.write("!"); // a quarter of the buffer would take it 16 seconds and more

        assertEquals(0, chardev.dropped());
        assertFalse(chardev.stalled());
        patient.closeAll();
    }

    /** The newest are kept while nobody is there, and the others counted. */
    @Test
    void isNotNeededWhileNobodyIsThere() throws Exception {
        Chardev chardev = ports.open("tcp:127.0.0.1:0");
        for (int i = 0; i < Port.OUTPUT + 1000; i++) {
            assertTrue(chardev.write('x'));
        }

        assertEquals(1000, chardev.dropped());
        assertFalse(chardev.stalled());
    }
}
