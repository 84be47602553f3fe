package io.trapline.chardev.port;

import io.trapline.chardev.Chardevs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Pattern;

/**
 * What {@link Chardevs#open} is asked for.
 *
 * @param kind the word before the colon
 * @param rest what follows it; empty if nothing does
 */
record Spec(Kind kind, String rest) {
    enum Kind {
        NULL(Rest.NONE),
        TERMINAL(Rest.NONE),
        FILE(Rest.REQUIRED),
        TCP(Rest.REQUIRED),
        UNIX(Rest.REQUIRED),
        PTY(Rest.ALLOWED),
        TTY(Rest.REQUIRED),
        LOG(Rest.ALLOWED),
        SERVICE(Rest.REQUIRED);

        private final Rest rest;

        Kind(Rest rest) {
            this.rest = rest;
        }

        private String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    private enum Rest {
        NONE,
        ALLOWED,
        REQUIRED
    }

    private static final String FORMS =
            "null, terminal, file:PATH, log[:NAME], tcp:HOST:PORT, unix:PATH, pty[:LINK], tty:PATH or"
                    + " service:NAME";

    private static final int S_IFMT = 0xF000; // inode(7)
    private static final int S_IFIFO = 0x1000;

    /** Only literals and the one name that every host knows: looking a name up may take long. */
    private static final Pattern HOST = Pattern.compile("localhost|[0-9.]+|\\[[0-9a-fA-F:.]+]");

    /** Refuses what is none of the forms. */
    static Spec of(String text) {
        int colon = text.indexOf(':');
        String word = colon < 0 ? text : text.substring(0, colon);
        String rest = colon < 0 ? "" : text.substring(colon + 1);
        for (Kind kind : Kind.values()) {
            if (kind.word().equals(word)
                    && (kind.rest != Rest.REQUIRED || !rest.isEmpty())
                    && (kind.rest != Rest.NONE || colon < 0)) {
                Spec spec =
                        kind == Kind.TERMINAL
                                ? new Spec(Kind.SERVICE, "terminal")
                                : new Spec(kind, rest);
                spec.check();
                return spec;
            }
        }
        throw new IllegalArgumentException("no chardev: " + text + ", wanted " + FORMS);
    }

    private void check() {
        switch (kind) {
            case TCP -> address();
            case FILE, UNIX, TTY -> path();
            case PTY -> {
                if (!rest.isEmpty()) {
                    path();
                }
            }
            case NULL, TERMINAL, SERVICE, LOG -> {}
        }
    }

    /** Whether two openings mean two things: each has one of its own. */
    boolean anonymous() {
        return kind == Kind.NULL
                || kind == Kind.LOG
                || kind == Kind.PTY && rest.isEmpty()
                || kind == Kind.TCP && address().getPort() == 0;
    }

    /** The same for specs that mean the same. */
    String key() {
        return switch (kind) {
            case NULL, TERMINAL, SERVICE, LOG -> toString();
            case TCP -> "tcp:" + address();
            case FILE, UNIX, TTY -> kind.word() + ':' + path();
            case PTY -> rest.isEmpty() ? "pty" : "pty:" + path();
        };
    }

    /**
     * Opens it on the host; a {@code service} waits for its channel.
     *
     * @param owner what a log calls it, unless it has a name
     */
    Port open(String owner) throws IOException {
        try {
            return switch (kind) {
                case NULL -> new NullPort();
                case FILE -> ChannelPort.file(toString(), file());
                case LOG ->
                        ChannelPort.file(toString(), LogChannel.of(rest.isEmpty() ? owner : rest));
                case TTY -> TtyPort.open(path());
                case TCP -> SocketPort.tcp(address());
                case UNIX -> SocketPort.unix(path());
                case PTY -> PtyPort.open(rest.isEmpty() ? null : path());
                case SERVICE, TERMINAL -> ChannelPort.service(rest);
            };
        } catch (LinkageError e) {
            throw new IOException(this + ": needs the bundle com.sun.jna: " + e, e);
        } catch (FileSystemException e) {
            throw new IOException(
                    this + ": " + e.getClass().getSimpleName() + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new IOException(this + ": " + e.getMessage(), e);
        }
    }

    /** A named pipe is refused: opening one waits until somebody reads it. */
    private FileChannel file() throws IOException {
        Path path = path();
        if (Files.exists(path)
                && ((int) Files.getAttribute(path, "unix:mode") & S_IFMT) == S_IFIFO) {
            throw new IOException("there is a named pipe, wanted a file");
        }
        return FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private InetSocketAddress address() {
        int colon = rest.lastIndexOf(':');
        String host = rest.substring(0, Math.max(colon, 0));
        try {
            int port = Integer.parseInt(rest.substring(colon + 1));
            if (HOST.matcher(host).matches() && port >>> 16 == 0) {
                InetAddress address = InetAddress.getByName(host);
                if (address.isLoopbackAddress()) {
                    return new InetSocketAddress(address, port);
                }
                throw new IllegalArgumentException(
                        "no chardev: "
                                + this
                                + ": only loopback addresses, e.g. tcp:127.0.0.1:4555");
            }
        } catch (NumberFormatException | IOException e) {
            // Said below.
        }
        throw new IllegalArgumentException(
                "no chardev: " + this + ", wanted e.g. tcp:127.0.0.1:4555");
    }

    private Path path() {
        try {
            return Path.of(rest).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("no chardev: " + this + ": " + e.getMessage(), e);
        }
    }

    @Override
    public String toString() {
        return rest.isEmpty() ? kind.word() : kind.word() + ':' + rest;
    }
}
