package io.trapline.qtest.setup;

import io.trapline.qtest.options.KeyValues;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ByteChannel;
import java.nio.channels.Channel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * A socket as QEMU's notation has it: we connect, or, with {@code server=on}, listen for one who does. To close it ends
 * whoever waits there, from any thread.
 */
public final class Wire implements Channel {
    private static final int TYPE_OF_FILE = 0170000; // inode(7): S_IFMT
    private static final int SOCKET = 0140000; // S_IFSOCK

    private final NetworkChannel
            open; // a SocketChannel, or the ServerSocketChannel of those to come
    private final boolean waits;

    private Wire(NetworkChannel open, boolean waits) {
        this.open = open;
        this.waits = waits;
    }

    /** Under which name a line to a socket that we connect to is found by its device. */
    static String name(String id) {
        return "qtest-" + id;
    }

    /**
     * Connects, or begins to listen.
     *
     * @param socket with {@code path}, or {@code host} and {@code port}
     * @throws IOException naming the place
     */
    public static Wire of(KeyValues socket) throws IOException {
        String path = socket.get("path");
        boolean server = socket.on("server");
        try {
            SocketAddress address =
                    path != null
                            ? UnixDomainSocketAddress.of(path)
                            : new InetSocketAddress(
                                    socket.get("host", "127.0.0.1"),
                                    Integer.parseInt(socket.get("port", "")));
            boolean waits = server && (socket.get("wait") == null || socket.on("wait"));
            return new Wire(server ? listen(address) : connect(address), waits);
        } catch (IOException | IllegalArgumentException e) {
            String place = path != null ? path : socket.get("host") + ":" + socket.get("port");
            throw new IOException(
                    (server ? "cannot listen on " : "cannot connect to ")
                            + place
                            + ": "
                            + e.getMessage(),
                    e);
        }
    }

    /** Whether nothing is to begin before somebody has connected: a server's {@code wait}, on unless it is off. */
    public boolean waits() {
        return waits;
    }

    /**
     * The other end, once: the first who connects, if it listens; nobody can after that.
     *
     * @throws java.nio.channels.ClosedChannelException if it is closed before
     */
    public ByteChannel channel() throws IOException {
        if (open instanceof SocketChannel connected) {
            return connected;
        }
        try (ServerSocketChannel listening = (ServerSocketChannel) open) {
            return listening.accept();
        }
    }

    @Override
    public boolean isOpen() {
        return open.isOpen();
    }

    @Override
    public void close() throws IOException {
        open.close();
    }

    private static SocketChannel connect(SocketAddress address) throws IOException {
        SocketChannel channel = SocketChannel.open(family(address));
        try {
            channel.connect(address);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static ServerSocketChannel listen(SocketAddress address) throws IOException {
        if (address instanceof UnixDomainSocketAddress local) {
            removeStale(local.getPath());
        }
        ServerSocketChannel channel = ServerSocketChannel.open(family(address));
        try {
            return channel.bind(address);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** A socket that its owner has left behind cannot be bound to again. Anything else is not ours to delete. */
    private static void removeStale(Path path) throws IOException {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            if ((mode & TYPE_OF_FILE) == SOCKET) {
                Files.delete(path);
            }
        }
    }

    private static StandardProtocolFamily family(SocketAddress address) {
        return address instanceof UnixDomainSocketAddress
                ? StandardProtocolFamily.UNIX
                : StandardProtocolFamily.INET;
    }
}
