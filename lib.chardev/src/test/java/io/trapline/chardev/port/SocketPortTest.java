package io.trapline.chardev.port;

import static io.trapline.chardev.port.Waiting.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.chardev.Chardev;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code tcp} and {@code unix}, with real sockets. */
@Timeout(60)
class SocketPortTest {
    private static final int MEGABYTE = 1 << 20;

    @TempDir Path folder;

    private final Ports ports = new Ports(Duration.ofSeconds(60));

    @AfterEach
    void close() {
        ports.closeAll();
        assertEquals(java.util.List.of(), Waiting.threads());
    }

    private static Socket connect(Chardev chardev) throws IOException {
        String text = chardev.description();
        int port = Integer.parseInt(text.substring(text.lastIndexOf(':') + 1));
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(Waiting.SECONDS));
        return socket;
    }

    private static String read(InputStream in, int count) throws IOException {
        return new String(in.readNBytes(count), StandardCharsets.ISO_8859_1);
    }

    private static String noise(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    @Test
    void carriesBytesBothWays() throws Exception {
        Chardev chardev = ports.open("tcp:localhost:0");
        Waiting user = new Waiting(chardev);
        assertTrue(chardev.description().matches("tcp:127\\.0\\.0\\.1:[1-9][0-9]*"));
        assertFalse(chardev.connected());
        try (Socket peer = connect(chardev)) {
            user.connected(true);
            user.write("hello");
            assertEquals("hello", read(peer.getInputStream(), 5));
            peer.getOutputStream().write("\u0000\u00FFthere".getBytes(StandardCharsets.ISO_8859_1));
            assertEquals("\u0000\u00FFthere", user.read(7));
            assertEquals(-1, chardev.read());
        }
        user.connected(false);
        try (Socket peer = connect(chardev)) {
            user.connected(true);
            user.write("again");
            assertEquals("again", read(peer.getInputStream(), 5));
        }
    }

    @Test
    void tellsASecondPeerThatItIsBusy() throws Exception {
        Chardev chardev = ports.open("tcp:127.0.0.1:0");
        Waiting user = new Waiting(chardev);
        try (Socket first = connect(chardev)) {
            user.connected(true);
            try (Socket second = connect(chardev)) {
                assertEquals("busy\r\n", read(second.getInputStream(), 100));
            }
            user.write("x");
            assertEquals('x', first.getInputStream().read());
        }
    }

    @Test
    void keepsTheNewestOutputForALaterPeer() throws Exception {
        Chardev chardev = ports.open("tcp:127.0.0.1:0");
        String text = noise(100_000);
        for (int i = 0; i < text.length(); i++) {
            assertTrue(chardev.write(text.charAt(i)));
        }

        try (Socket peer = connect(chardev)) {
            String newest = text.substring(text.length() - Port.OUTPUT);
            assertEquals(newest, read(peer.getInputStream(), newest.length()));
        }
    }

    @Test
    void losesNothingToASlowReader() throws Exception {
        Chardev chardev = ports.open("tcp:127.0.0.1:0");
        Waiting user = new Waiting(chardev);
        String text = noise(8 * MEGABYTE); // more than the buffers of two sockets
        try (Socket peer = connect(chardev)) {
            user.connected(true);
            int sent = 0;
            while (chardev.write(text.charAt(sent))) {
                sent++; // until the peer, which does not read yet, holds it up
            }
            int held = sent;
            CompletableFuture<String> reader =
                    CompletableFuture.supplyAsync(
                            () -> {
                                try {
                                    return read(peer.getInputStream(), text.length());
                                } catch (IOException e) {
                                    return e.toString();
                                }
                            });
            user.write(text.substring(held));
            assertTrue(text.equals(reader.get(Waiting.SECONDS, TimeUnit.SECONDS)));
        }
    }

    @Test
    void losesNothingToASlowGuest() throws Exception {
        Chardev chardev = ports.open("tcp:127.0.0.1:0");
        Waiting user = new Waiting(chardev);
        String text = noise(2 * MEGABYTE);
        try (Socket peer = connect(chardev)) {
            CompletableFuture<Void> writer =
                    CompletableFuture.runAsync(
                            () -> {
                                try {
                                    OutputStream out = peer.getOutputStream();
                                    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
                                } catch (IOException e) {
                                    throw new IllegalStateException(e);
                                }
                            });
            assertTrue(text.equals(user.read(text.length())));
            writer.get(Waiting.SECONDS, TimeUnit.SECONDS);
        }
    }

    @Test
    void staysConnectedFromOneUserToTheNext() throws Exception {
        Chardev first = ports.open("tcp:127.0.0.1:0", "main/com1");
        Waiting user = new Waiting(first);
        try (Socket peer = connect(first)) {
            user.connected(true);
            peer.getOutputStream().write("abc".getBytes(StandardCharsets.US_ASCII));
            assertEquals("a", user.read(1));
            first.write('x');
            first.close();
            assertEquals(-1, first.read());
            assertFalse(first.write('?'));

            Chardev second = ports.open("tcp:127.0.0.1:0", "main/com1");
            Waiting successor = new Waiting(second);
            assertTrue(second.connected());
            assertEquals("bc", successor.read(2));
            successor.write("y");
            assertEquals("xy", read(peer.getInputStream(), 2));
        }
    }

    @Test
    void isSharedByASuccessorBesideItsPredecessor() throws Exception {
        Chardev old = ports.open("tcp:127.0.0.1:0", "main/com1");
        new Waiting(old);
        Chardev next = ports.open("tcp:127.0.0.1:0", "main/com1");
        assertEquals(old.description(), next.description());
        try (Socket peer = connect(old)) {
            Waiting user = new Waiting(next);
            user.connected(true);
            old.write('o');
            old.close();
            user.write("n");
            assertEquals("on", read(peer.getInputStream(), 2));
            peer.getOutputStream().write('!');
            assertEquals("!", user.read(1));
        }
    }

    @Test
    void isClosedOnceTheGraceTimeIsOver() throws Exception {
        Ports brief = new Ports(Duration.ofMillis(1));
        Chardev chardev = brief.open("tcp:127.0.0.1:0");
        try (Socket peer = connect(chardev)) {
            new Waiting(chardev).connected(true); // one that nobody has accepted yet would be reset
            chardev.close();
            assertEquals(-1, peer.getInputStream().read());
        }
        until(() -> Waiting.threads().isEmpty());
        brief.closeAll();
    }

    @Test
    void refusesATakenPort() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String spec = "tcp:127.0.0.1:" + taken.getLocalPort();

            var e = assertThrows(IOException.class, () -> ports.open(spec));

            assertEquals(spec + ": Address already in use", e.getMessage());
        }
    }

    @Test
    void carriesBytesOverAUnixSocket() throws Exception {
        Path path = folder.resolve("com1");
        Chardev chardev = ports.open("unix:" + path);
        Waiting user = new Waiting(chardev);
        assertEquals("unix:" + path, chardev.description());
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
        try (SocketChannel peer = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            user.connected(true);
            user.write("hello");
            ByteArrayOutputStream got = new ByteArrayOutputStream();
            while (got.size() < 5) {
                ByteBuffer buffer = ByteBuffer.allocate(5);
                got.write(buffer.array(), 0, Math.max(0, peer.read(buffer)));
            }
            assertEquals("hello", got.toString(StandardCharsets.US_ASCII));
            peer.write(ByteBuffer.wrap(new byte[] {'o', 'k'}));
            assertEquals("ok", user.read(2));
        }
        ports.closeAll();
        assertFalse(Files.exists(path));
    }

    @Test
    void replacesASocketFileThatNobodyListensOn() throws Exception {
        Path path = folder.resolve("stale");
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(path))
                .close();
        assertTrue(Files.exists(path));

        ports.open("unix:" + path);

        SocketChannel.open(UnixDomainSocketAddress.of(path)).close();
    }

    @Test
    void leavesAloneWhatIsNotItsOwn() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "precious");
        Path socket = folder.resolve("socket");
        assertThrows(IOException.class, () -> ports.open("unix:" + file));
        try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(UnixDomainSocketAddress.of(socket));
            var e = assertThrows(IOException.class, () -> ports.open("unix:" + socket));
            assertEquals("unix:" + socket + ": somebody listens there already", e.getMessage());
        }

        assertEquals("precious", Files.readString(file));
    }
}
