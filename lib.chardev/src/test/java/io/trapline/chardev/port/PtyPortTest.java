package io.trapline.chardev.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.chardev.Chardev;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code pty}, with a real pseudo-terminal, whose slave the test opens as the file that it is. */
@Timeout(60)
class PtyPortTest {
    @TempDir Path folder;

    private final Ports ports = new Ports(Duration.ofSeconds(60));

    @AfterEach
    void close() {
        ports.closeAll();
        assertEquals(List.of(), Waiting.threads());
    }

    private static Path slave(Chardev chardev) {
        return Path.of(chardev.description().split("[: ]")[1]);
    }

    /** All 256 bytes: raw mode changes none, echoes none. */
    @Test
    void carriesEveryByteBothWays() throws Exception {
        StringBuilder all = new StringBuilder();
        for (char value = 0; value < 256; value++) {
            all.append(value);
        }
        byte[] bytes = all.toString().getBytes(StandardCharsets.ISO_8859_1);
        Chardev chardev = ports.open("pty");
        Waiting user = new Waiting(chardev);
        assertFalse(chardev.connected());
        try (InputStream in = Files.newInputStream(slave(chardev));
                OutputStream out =
                        Files.newOutputStream(slave(chardev), StandardOpenOption.WRITE)) {
            user.connected(true);
            user.write(all.toString());
            assertEquals(all.toString(), latin(in.readNBytes(256)));
            out.write(bytes);
            assertEquals(all.toString(), user.read(256));
        }
        user.connected(false);
    }

    @Test
    void keepsOutputUntilSomebodyComes() throws Exception {
        Chardev chardev = ports.open("pty");
        Waiting user = new Waiting(chardev);
        user.write("early");

        try (InputStream in = Files.newInputStream(slave(chardev))) {
            assertEquals("early", latin(in.readNBytes(5)));
        }
        user.connected(false);
        user.write("later");
        try (InputStream in = Files.newInputStream(slave(chardev))) {
            assertEquals("later", latin(in.readNBytes(5)));
        }
    }

    @Test
    void losesNothingInEitherDirection() throws Exception {
        String text = "0123456789abcdefghijklmnopqrstuvwxyz".repeat(30_000);
        Chardev chardev = ports.open("pty");
        Waiting user = new Waiting(chardev);
        try (InputStream in = Files.newInputStream(slave(chardev));
                OutputStream out =
                        Files.newOutputStream(slave(chardev), StandardOpenOption.WRITE)) {
            user.connected(true);
            CompletableFuture<String> reader =
                    CompletableFuture.supplyAsync(
                            () -> {
                                try {
                                    return latin(in.readNBytes(text.length()));
                                } catch (IOException e) {
                                    return e.toString();
                                }
                            });
            user.write(text);
            assertTrue(text.equals(reader.get(Waiting.SECONDS, TimeUnit.SECONDS)));
            CompletableFuture<Void> writer =
                    CompletableFuture.runAsync(
                            () -> {
                                try {
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
    void takesInputOfOneWhoHangsUpAtOnce() throws Exception {
        Chardev chardev = ports.open("pty");
        Waiting user = new Waiting(chardev);

        Files.write(slave(chardev), new byte[] {'h', 'i'}, StandardOpenOption.WRITE);

        assertEquals("hi", user.read(2));
    }

    @Test
    void makesALinkAndRemovesIt() throws Exception {
        Path link = folder.resolve("com1");
        Files.createSymbolicLink(link, Path.of("/dev/pts/99999"));
        Chardev chardev = ports.open("pty:" + link);

        assertEquals(slave(chardev), Files.readSymbolicLink(link));
        ports.closeAll();
        assertFalse(Files.exists(link, LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void leavesAloneWhatIsInThePlaceOfItsLink() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "precious");

        assertThrows(IOException.class, () -> ports.open("pty:" + file));

        assertEquals("precious", Files.readString(file));
    }

    @Test
    void isAnotherOneForEachOwner() throws Exception {
        Chardev com1 = ports.open("pty", "main/com1");
        Chardev com2 = ports.open("pty", "main/com2");
        String first = com1.description();

        assertFalse(first.equals(com2.description()));
        com1.close();
        com2.close();
        assertEquals(first, ports.open("pty", "main/com1").description());
    }

    private static String latin(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
