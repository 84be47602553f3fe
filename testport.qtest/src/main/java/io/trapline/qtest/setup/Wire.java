package io.trapline.qtest.setup;

import io.trapline.qtest.options.KeyValues;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** Sockets as QEMU's notation has them: we connect, or, with {@code server=on}, wait for one who does. */
public final class Wire {
    private Wire() {}

    /** Under which name a line to a socket that we connect to is found by its device. */
    static String name(String id) {
        return "qtest-" + id;
    }

    /**
     * Connects, or waits for the first who does.
     *
     * @param socket with {@code path}, or {@code host} and {@code port}
     * @throws IOException naming the place
     */
    public static ByteChannel open(KeyValues socket) throws IOException {
        String path = socket.get("path");
        try {
            SocketAddress address =
                    path != null
                            ? UnixDomainSocketAddress.of(path)
                            : new InetSocketAddress(
                                    socket.get("host", "127.0.0.1"),
                                    Integer.parseInt(socket.get("port", "")));
            return socket.on("server") ? accept(address) : connect(address);
        } catch (IOException | IllegalArgumentException e) {
            String place = path != null ? path : socket.get("host") + ":" + socket.get("port");
            throw new IOException(
                    (socket.on("server") ? "cannot listen on " : "cannot connect to ")
                            + place
                            + ": "
                            + e.getMessage(),
                    e);
        }
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

    private static SocketChannel accept(SocketAddress address) throws IOException {
        if (address instanceof UnixDomainSocketAddress local) {
            removeStale(local.getPath());
        }
        try (ServerSocketChannel listening = ServerSocketChannel.open(family(address))) {
            listening.bind(address);
            return listening.accept();
        }
    }

    /** A socket that its owner has left behind cannot be bound to again. */
    private static void removeStale(Path path) throws IOException {
        if (Files.exists(path) && Files.readAttributes(path, BasicFileAttributes.class).isOther()) {
            Files.delete(path);
        }
    }

    private static StandardProtocolFamily family(SocketAddress address) {
        return address instanceof UnixDomainSocketAddress
                ? StandardProtocolFamily.UNIX
                : StandardProtocolFamily.INET;
    }
}
