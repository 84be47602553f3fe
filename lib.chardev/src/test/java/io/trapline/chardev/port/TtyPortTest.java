package io.trapline.chardev.port;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.chardev.Chardev;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code tty}, with the slave of a pseudo-terminal in place of a serial line: it marks its input as one does, but has no
 * errors and no breaks of its own; {@link MarkedInputTest} has those.
 */
@Timeout(60)
class TtyPortTest {
    @TempDir Path folder;

    private final Ports ports = new Ports(Duration.ofSeconds(60));
    private final Ports others = new Ports(Duration.ZERO);

    @AfterEach
    void close() {
        ports.closeAll();
        others.closeAll();
        assertEquals(List.of(), Waiting.threads());
    }

    private static String slave(Chardev pty) {
        return pty.description().split("[: ]")[1];
    }

    private static byte[] attributes(String path) {
        int fd = Libc.open(path, Libc.O_RDWR | Libc.O_NOCTTY | Libc.O_NONBLOCK);
        try {
            byte[] attributes = new byte[Libc.TERMIOS_LENGTH];
            Libc.tcgetattr(fd, attributes);
            return attributes;
        } finally {
            Libc.close(fd);
        }
    }

    /** All 256 bytes, FF among them, which is doubled on its way. */
    @Test
    void carriesEveryByteBothWays() throws Exception {
        StringBuilder all = new StringBuilder();
        for (char value = 0; value < 256; value++) {
            all.append(value);
        }
        Chardev far = ports.open("pty");
        Waiting peer = new Waiting(far);
        Chardev tty = ports.open("tty:" + slave(far));
        Waiting user = new Waiting(tty);
        assertEquals("tty:" + slave(far), tty.description());
        assertTrue(tty.connected());
        peer.connected(true);

        peer.write(all.toString().repeat(40));
        assertEquals(all.toString().repeat(40), user.read(256 * 40));
        user.write(all.toString().repeat(40));
        assertEquals(all.toString().repeat(40), peer.read(256 * 40));
    }

    /** A pty has no break to hold; what was sent before and after it comes all the same, in order. */
    @Test
    void sendsWhatComesBeforeAndAfterABreak() throws Exception {
        Chardev far = ports.open("pty");
        Waiting peer = new Waiting(far);
        Chardev tty = ports.open("tty:" + slave(far));
        Waiting user = new Waiting(tty);
        user.write("before");
        tty.breaking(true);
        tty.breaking(false);
        user.write("after");

        assertEquals("beforeafter", peer.read(11));
    }

    @Test
    void leavesTheLineAsItWas() throws Exception {
        Chardev far = ports.open("pty");
        byte[] before = attributes(slave(far));
        byte[] marking = before.clone();
        Termios.makeMarking(marking);
        assertFalse(Arrays.equals(before, marking));

        others.open("tty:" + slave(far));
        assertArrayEquals(marking, attributes(slave(far)));
        others.closeAll();

        assertArrayEquals(before, attributes(slave(far)));
    }

    @Test
    void tellsWhenTheLineIsGone() throws Exception {
        Chardev far = others.open("pty");
        Chardev tty = ports.open("tty:" + slave(far));
        Waiting user = new Waiting(tty);
        new Waiting(far).write("last words");

        assertEquals("last words", user.read(10));
        others.closeAll();

        user.connected(false);
        assertTrue(tty.write('x')); // and that holds up nobody
    }

    @Test
    void refusesWhatIsNoTerminal() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "precious");

        var e = assertThrows(IOException.class, () -> ports.open("tty:" + file));
        assertTrue(e.getMessage().startsWith("tty:" + file + ": "), e.getMessage());
        assertThrows(IOException.class, () -> ports.open("tty:/nonexistent"));
        assertEquals("precious", Files.readString(file));
    }
}
