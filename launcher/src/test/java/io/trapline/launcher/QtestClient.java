package io.trapline.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A client as QEMU's own tests are: it listens on two sockets and starts the program, which connects. */
final class QtestClient implements AutoCloseable {
    private static final Path PROGRAM =
            Path.of("target", "trapline", "trapline-system-x86_64").toAbsolutePath();
    private static final long DEADLINE_SECONDS = 60;

    private final Process process;
    private final SocketChannel port;
    private final SocketChannel monitor;
    private final BufferedReader replies;
    private final BufferedReader answers;

    /** Lines that came before the last reply: {@code IRQ ...}. */
    private final List<String> interrupts = new ArrayList<>();

    QtestClient(Path folder, String... options) throws IOException {
        Path first = folder.resolve("port.sock");
        Path second = folder.resolve("monitor.sock");
        try (ServerSocketChannel portServer = listen(first);
                ServerSocketChannel monitorServer = listen(second)) {
            List<String> command = new ArrayList<>();
            command.addAll(List.of(PROGRAM.toString(), "-qtest", "unix:" + first));
            command.addAll(List.of("-qtest-log", "/dev/null"));
            command.addAll(List.of("-chardev", "socket,path=" + second + ",id=char0"));
            command.addAll(List.of("-mon", "chardev=char0,mode=control", "-display", "none"));
            command.addAll(List.of(options));
            command.addAll(List.of("-accel", "qtest"));
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
            process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
            // Should it not come, nothing is accepted any more, and the test fails.
            process.onExit().thenRun(() -> close(portServer, monitorServer));
            port = portServer.accept();
            monitor = monitorServer.accept();
        }
        replies = reader(port);
        answers = reader(monitor);
        assertEquals("OK little", ask("endianness"));
        assertTrue(answers.readLine().startsWith("{\"QMP\": "));
        assertEquals("{\"return\":{}}", monitor("{\"execute\": \"qmp_capabilities\"}"));
    }

    static ServerSocketChannel listen(Path path) throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(path));
    }

    private static BufferedReader reader(SocketChannel channel) {
        return new BufferedReader(Channels.newReader(channel, StandardCharsets.ISO_8859_1));
    }

    private static void close(ServerSocketChannel... servers) {
        try {
            for (ServerSocketChannel server : servers) {
                server.close();
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Sends bytes to the port as they are. */
    void send(byte[] bytes) throws IOException {
        send(port, bytes);
    }

    private static void send(SocketChannel channel, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    /** Sends a line; the reply, without the interrupt lines before it. */
    String ask(String line) throws IOException {
        send((line + "\n").getBytes(StandardCharsets.ISO_8859_1));
        return reply();
    }

    /** The next reply. */
    String reply() throws IOException {
        String reply = replies.readLine();
        while (reply != null && reply.startsWith("IRQ ")) {
            interrupts.add(reply.substring(4));
            reply = replies.readLine();
        }
        return reply;
    }

    /** Interrupt lines since this was last asked. */
    List<String> interrupts() {
        List<String> taken = List.copyOf(interrupts);
        interrupts.clear();
        return taken;
    }

    /** Writes a port. */
    void out(int at, int value) throws IOException {
        assertEquals("OK", ask("outb " + at + " " + value));
    }

    /** Reads a port. */
    int in(int at) throws IOException {
        return Integer.decode(ask("inb " + at).substring(3));
    }

    /** Writes a register of the clock. */
    void cmos(int register, int value) throws IOException {
        out(0x70, register);
        out(0x71, value);
    }

    /** Reads a register of the clock. */
    int cmos(int register) throws IOException {
        out(0x70, register);
        return in(0x71);
    }

    /** Sends a command to the monitor; its answer. */
    String monitor(String command) throws IOException {
        send(monitor, command.getBytes(StandardCharsets.UTF_8));
        return event();
    }

    /** The next line of the monitor. */
    String event() throws IOException {
        return answers.readLine();
    }

    void hangUp() throws IOException {
        port.close();
    }

    void terminate() {
        process.toHandle().destroy();
    }

    /** The exit status, once it has ended; nothing was said on standard output. */
    int status() throws IOException, InterruptedException {
        assertTrue(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS), "it does not end");
        try (InputStream out = process.getInputStream()) {
            assertEquals("", new String(out.readAllBytes(), StandardCharsets.UTF_8));
        }
        return process.exitValue();
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        port.close();
        monitor.close();
    }
}
