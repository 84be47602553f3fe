package io.trapline.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Monitors that listen, and whose clients come late, or never. */
class QtestMonitorProcessTest {
    private static final String QUIT = "{\"execute\": \"quit\"}";

    @TempDir private Path folder;

    private Path path(String name) {
        return folder.resolve(name);
    }

    private Trapline started(String port, String wait) throws IOException {
        String monitor = "unix:" + path("monitor") + ",server=on" + wait;
        return Trapline.start("qtest", "-qtest", port, "-qmp", monitor, "-nodefaults");
    }

    private SocketChannel client(String name) throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(path(name)));
    }

    private static BufferedReader reader(SocketChannel channel) {
        return new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
    }

    private static void send(SocketChannel channel, String text) throws IOException {
        channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void keepNothingFromThePortWhileNobodyComes() throws Exception {
        try (Trapline trapline = started("stdio", ",wait=off")) {
            trapline.type("endianness").await("OK little");
            trapline.endInput();
            assertEquals(0, trapline.status(), trapline::heard);
        }
    }

    @Test
    void takeAClientWhoComesLater() throws Exception {
        try (Trapline trapline = started("stdio", ",wait=off")) {
            trapline.type("endianness").await("OK little");
            try (SocketChannel monitor = client("monitor")) {
                assertTrue(reader(monitor).readLine().startsWith("{\"QMP\": "));
                send(monitor, QUIT);
                assertEquals(0, trapline.status(), trapline::heard);
            }
        }
    }

    @Test
    void endAPortThatHasNoClientYet() throws Exception {
        try (Trapline trapline = started("unix:" + path("port") + ",server=on", ",wait=off");
                SocketChannel monitor = once("monitor")) {
            send(monitor, QUIT);
            assertEquals(0, trapline.status(), trapline::heard);
            assertEquals("", trapline.heard());
        }
    }

    @Test
    void areWaitedForUnlessTheySayOff() throws Exception {
        try (Trapline trapline = started("stdio", "")) {
            trapline.type("endianness");
            try (SocketChannel monitor = once("monitor")) {
                assertTrue(reader(monitor).readLine().startsWith("{\"QMP\": "));
                trapline.await("OK little");
            }
            trapline.endInput();
            assertEquals(0, trapline.status(), trapline::heard);
        }
    }

    @Test
    void endWithASignalWhileTheyAreWaitedFor() throws Exception {
        try (Trapline trapline = started("stdio", "")) {
            awaitSocket("monitor");
            trapline.terminate();
            assertEquals(0, trapline.status(), trapline::heard);
            assertEquals("", trapline.heard());
        }
    }

    @Test
    void sayNothingOfADeviceThatWasLeavingAtTheEnd() throws Exception {
        try (Trapline trapline =
                        Trapline.start(
                                "qtest",
                                "-qtest",
                                "stdio",
                                "-qmp",
                                "unix:" + path("monitor") + ",server=on",
                                "-drive",
                                "if=none,id=d0,file=null-co://",
                                "-device",
                                "virtio-blk-pci,id=disk,drive=d0,addr=4");
                SocketChannel monitor = once("monitor")) {
            send(monitor, "{\"execute\": \"device_del\", \"arguments\": {\"id\": \"disk\"}}");
            BufferedReader answers = reader(monitor);
            answers.readLine();
            assertEquals("{\"return\":{}}", answers.readLine());
            send(monitor, QUIT);
            assertEquals(0, trapline.status(), trapline::heard);
            assertEquals("", trapline.heard());
        }
    }

    private void awaitSocket(String name) {
        long end = deadline();
        while (!Files.exists(path(name)) && System.nanoTime() < end) {
            Thread.onSpinWait(); // it says nothing while it waits
        }
    }

    private static long deadline() {
        return System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    }

    /** Connected to a socket as soon as somebody listens there. */
    private SocketChannel once(String name) throws IOException {
        long end = deadline();
        while (true) {
            try {
                return client(name);
            } catch (IOException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
                Thread.onSpinWait();
            }
        }
    }
}
