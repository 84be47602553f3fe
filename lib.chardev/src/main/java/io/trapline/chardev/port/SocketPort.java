package io.trapline.chardev.port;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * {@code tcp:HOST:PORT} and {@code unix:PATH}: a socket that listens, one peer at a time, and one thread with a
 * selector. A second peer is told that it is busy.
 */
final class SocketPort extends Port {
    private static final byte[] BUSY = "busy\r\n".getBytes(StandardCharsets.US_ASCII);

    private final String description;
    private final ServerSocketChannel server;
    private final Selector selector;
    private final Path file; // of a UNIX socket, else null
    private final Thread thread;
    private final ByteBuffer incoming = ByteBuffer.allocateDirect(INPUT);
    private final ByteBuffer outgoing = ByteBuffer.allocateDirect(OUTPUT / 4);
    private SocketChannel peer; // of the thread
    private SelectionKey peerKey;
    private volatile boolean closing;

    private SocketPort(ServerSocketChannel server, Path file) throws IOException {
        this.server = server;
        this.file = file;
        this.description = describe(server.getLocalAddress());
        this.selector = Selector.open();
        server.configureBlocking(false);
        server.register(selector, SelectionKey.OP_ACCEPT);
        thread = thread("mover", this::run);
        thread.start();
    }

    static SocketPort tcp(InetSocketAddress address) throws IOException {
        return listening(ServerSocketChannel.open(), address, null);
    }

    /** A socket file that nobody listens on any more is replaced; anything else in the way is refused. */
    static SocketPort unix(Path path) throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(path);
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            if (Files.readAttributes(path, "isOther", LinkOption.NOFOLLOW_LINKS)
                    .containsValue(false)) {
                throw new IOException("there is a file that is no socket");
            }
            if (answers(address)) {
                throw new IOException("somebody listens there already");
            }
            Files.delete(path);
        }
        SocketPort port =
                listening(ServerSocketChannel.open(StandardProtocolFamily.UNIX), address, path);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        return port;
    }

    private static boolean answers(SocketAddress address) throws IOException {
        try {
            SocketChannel.open(address).close();
            return true;
        } catch (ConnectException e) {
            return false;
        }
    }

    private static SocketPort listening(
            ServerSocketChannel server, SocketAddress address, Path file) throws IOException {
        try {
            server.bind(address);
            return new SocketPort(server, file);
        } catch (IOException e) {
            server.close();
            throw e;
        }
    }

    private static String describe(SocketAddress address) {
        if (address instanceof InetSocketAddress inet) {
            String host = inet.getAddress().getHostAddress();
            return "tcp:"
                    + (host.indexOf(':') < 0 ? host : '[' + host + ']')
                    + ':'
                    + inet.getPort();
        }
        return "unix:" + address;
    }

    @Override
    String description() {
        return description;
    }

    @Override
    void wake() {
        selector.wakeup();
    }

    @Override
    void close() {
        closing = true;
        wake();
        join(thread, PATIENCE_MILLIS);
    }

    private void run() {
        try {
            while (!closing) {
                selector.select(this::ready, send() ? LINGER_MILLIS : 0);
            }
            send();
        } catch (IOException e) {
            // The selector itself has failed; there is nothing left to serve.
        }
        disconnect();
        closeAll();
    }

    private void ready(SelectionKey key) {
        if (key.isAcceptable()) {
            accept();
        } else if (key.isReadable()) {
            receive();
        } // writable: the loop sends
    }

    private void accept() {
        try {
            SocketChannel caller = server.accept();
            if (caller == null) {
                return;
            }
            caller.configureBlocking(false);
            if (peer == null) {
                connect(caller);
            } else {
                try (caller) {
                    caller.write(ByteBuffer.wrap(BUSY));
                    caller.shutdownOutput();
                }
            }
        } catch (IOException e) {
            // The caller is gone again.
        }
    }

    private void connect(SocketChannel caller) throws IOException {
        if (file == null) {
            caller.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
        peerKey = caller.register(selector, 0);
        peer = caller;
        connected(true);
    }

    private void disconnect() {
        if (peer != null) {
            try {
                peer.close();
            } catch (IOException e) {
                // It is gone, which is what was wanted.
            }
            peer = null;
            connected(false);
        }
    }

    private void receive() {
        try {
            int room = room();
            int count = room == 0 ? 0 : peer.read(incoming.clear().limit(room));
            if (count > 0) {
                received(incoming.flip());
            } else if (count < 0) {
                disconnect();
            }
        } catch (IOException e) {
            disconnect();
        }
    }

    /** Sends, and sets what the peer is watched for; true if it should be tried again soon. */
    private boolean send() {
        if (peer == null || idle()) {
            watch(0);
            return false;
        }
        try {
            int offered = output(outgoing).remaining();
            int count = peer.write(outgoing);
            sent(count);
            watch(count < offered ? SelectionKey.OP_WRITE : 0);
            return count == offered;
        } catch (IOException e) {
            disconnect();
            return false;
        }
    }

    private void watch(int operations) {
        if (peer != null) {
            peerKey.interestOps(operations | (room() > 0 ? SelectionKey.OP_READ : 0));
        }
    }

    private void closeAll() {
        try (server;
                selector) {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            // Nothing is left to be done about it.
        }
    }
}
