package io.trapline.oracle;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A monitor: commands whose answers say nothing but that they are done, and one event. */
final class Qmp implements Closeable {
    private static final long PATIENCE_NANOS = 60_000_000_000L;
    private static final long BREATH_NANOS = 10_000_000;

    private static final Pattern DELETED =
            Pattern.compile("\"DEVICE_DELETED\".*\"device\": ?\"([^\"]*)\"");

    private final Queue<String> deleted = new ArrayDeque<>();
    private final SocketChannel channel;
    private final BufferedReader answers;

    Qmp(Path socket) throws IOException {
        channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        answers =
                new BufferedReader(
                        new InputStreamReader(
                                Channels.newInputStream(channel), StandardCharsets.UTF_8));
        answers.readLine(); // the greeting
        execute("qmp_capabilities");
    }

    /** Connects to a monitor that may not be there yet. */
    static Qmp awaited(Path socket) throws IOException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            try {
                return new Qmp(socket);
            } catch (SocketException e) { // not there, or not listening
                if (System.nanoTime() > end) {
                    throw e;
                }
                LockSupport.parkNanos(BREATH_NANOS);
            }
        }
    }

    /** Does a command, and waits for its end. */
    void execute(String command) {
        execute(command, "{}");
    }

    /** The same with arguments, a JSON object. */
    void execute(String command, String arguments) {
        String object = "{\"execute\": \"" + command + "\", \"arguments\": " + arguments + "}\n";
        try {
            channel.write(ByteBuffer.wrap(object.getBytes(StandardCharsets.US_ASCII)));
            for (String answer = next(); !answer.startsWith("{\"return\""); answer = next()) {
                if (answer.startsWith("{\"error\"")) {
                    throw new IllegalStateException(command + ": " + answer);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next answer or event; which device an event has seen deleted is kept. */
    private String next() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IllegalStateException("the monitor is closed");
        }
        Matcher event = DELETED.matcher(line);
        if (event.find()) {
            deleted.add(event.group(1));
        }
        return line;
    }

    /** Waits until a device with a name is gone; its name. */
    String awaitDeleted() {
        try {
            while (deleted.isEmpty()) {
                next();
            }
            return deleted.remove();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
