package io.trapline.chardev.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.chardev.Chardev;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may open what. */
class PortsTest {
    private final Ports ports = new Ports(Duration.ofSeconds(60));

    @AfterEach
    void close() {
        ports.closeAll();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nul",
                "null:",
                "null:x",
                "terminal:x",
                "file",
                "file:",
                "tcp:",
                "tcp:1234",
                "unix",
                "tcp::1",
                "tcp:localhost:",
                "tcp:localhost:x",
                "tcp:localhost:65536",
                "tcp:localhost:-1",
                "service:",
                "tcp:0.0.0.0:1",
                "tcp:[::]:1",
                "tcp:8.8.8.8:1",
                "tcp:example.org:1",
                "NULL",
                "pty:\0",
                "tty",
                "tty:",
                "tty:\0",
                "logs",
            })
    void refusesWhatMakesNoSense(String spec) {
        var e = assertThrows(IllegalArgumentException.class, () -> ports.open(spec));

        assertTrue(e.getMessage().contains(spec), e.getMessage());
    }

    @Test
    void namesWhoHasIt() throws Exception {
        Chardev chardev = ports.open("service:robot", "main/com1");

        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> ports.open("service:robot", "main/com2"));

        assertEquals("chardev in use: wanted=service:robot, owner=main/com1", e.getMessage());
        chardev.close();
        ports.open("service:robot", "main/com2");
    }

    @Test
    void refusesASecondUserWithoutAnOwner() throws Exception {
        ports.open("terminal");

        assertThrows(IllegalArgumentException.class, () -> ports.open("service:terminal"));
    }

    @Test
    void swallowsWithNull() throws Exception {
        Chardev first = ports.open("null");
        Chardev second = ports.open("null");

        for (int i = 0; i < 1_000_000; i++) {
            assertTrue(first.write(i));
        }
        assertEquals(-1, first.read());
        assertTrue(second.connected());
        assertEquals("null", second.description());
    }

    @Test
    void closesAHandleOnce() throws Exception {
        Chardev first = ports.open("terminal", "main/com1");
        Chardev second = ports.open("terminal", "main/com1");
        first.close();
        first.close();

        assertThrows(IllegalArgumentException.class, () -> ports.open("terminal", "main/com2"));
        second.close();
        ports.open("terminal", "main/com2");
    }

    @Test
    void opensNothingOnceItIsStopped() {
        ports.closeAll();

        assertThrows(IOException.class, () -> ports.open("null"));
    }

    @Test
    void namesTheFileThatItCannotOpen() {
        var e = assertThrows(IOException.class, () -> ports.open("file:/nonexistent/log"));

        assertEquals(
                "file:/nonexistent/log: NoSuchFileException: /nonexistent/log", e.getMessage());
    }

    /** The import of JNA is optional. */
    @Test
    void refusesAPtyWithoutJna() throws Exception {
        URL classes = Ports.class.getProtectionDomain().getCodeSource().getLocation();
        try (URLClassLoader alone =
                new URLClassLoader(new URL[] {classes}, ClassLoader.getPlatformClassLoader())) {
            Class<?> type = alone.loadClass(Ports.class.getName());
            Constructor<?> constructor = type.getDeclaredConstructor(Duration.class);
            constructor.setAccessible(true);
            Object lonely = constructor.newInstance(Duration.ZERO);
            Method open = type.getMethod("open", String.class, String.class);
            open.setAccessible(true);
            open.invoke(lonely, "null", "");

            var e =
                    assertThrows(
                            InvocationTargetException.class, () -> open.invoke(lonely, "pty", ""));

            assertTrue(e.getCause().getMessage().startsWith("pty: needs the bundle com.sun.jna: "));
        }
    }
}
