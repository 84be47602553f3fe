package io.trapline.qtest.setup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.qtest.options.KeyValues;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The manual page of qemu-system, "-chardev socket": server, wait. */
class WireTest {
    @TempDir private Path folder;

    private Path path() {
        return folder.resolve("line.sock");
    }

    private KeyValues server(String more) {
        return KeyValues.parse("socket,path=" + path() + ",server=on" + more);
    }

    @Test
    void listensAtOnceAndTakesTheFirstWhoComes() throws Exception {
        try (Wire wire = Wire.of(server(""));
                SocketChannel peer = SocketChannel.open(UnixDomainSocketAddress.of(path()));
                ByteChannel channel = wire.channel()) {
            peer.write(ByteBuffer.wrap(new byte[] {'!'}));
            ByteBuffer heard = ByteBuffer.allocate(1);
            channel.read(heard);
            assertEquals('!', heard.get(0));
            assertThrows(
                    IOException.class,
                    () -> SocketChannel.open(UnixDomainSocketAddress.of(path())),
                    "one client");
        }
    }

    @Test
    void endsForWhoWaitsWhenItIsClosed() throws Exception {
        Wire wire = Wire.of(server(""));
        CompletableFuture<ByteChannel> waiting =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return wire.channel();
                            } catch (IOException e) {
                                throw new java.util.concurrent.CompletionException(e);
                            }
                        });
        wire.close();
        ExecutionException end =
                assertThrows(ExecutionException.class, () -> waiting.get(60, TimeUnit.SECONDS));
        assertTrue(end.getCause() instanceof ClosedChannelException, end::toString);
        assertFalse(wire.isOpen());
    }

    @ParameterizedTest(name = "\"{0}\"")
    @CsvSource({"'', true", "',wait=on', true", "',wait', true", "',wait=off', false"})
    void isWaitedForUnlessItSaysOff(String more, boolean waits) throws Exception {
        try (Wire wire = Wire.of(server(more))) {
            assertEquals(waits, wire.waits());
        }
    }

    @Test
    void replacesASocketThatWasLeftBehind() throws Exception {
        Wire.of(server("")).close();
        assertTrue(Files.exists(path()), "this Java leaves it");
        Wire.of(server("")).close();
    }

    @Test
    void deletesNothingButSockets() throws Exception {
        assertEquals(0, new ProcessBuilder("mkfifo", path().toString()).start().waitFor());
        IOException refused = assertThrows(IOException.class, () -> Wire.of(server("")));
        assertTrue(
                refused.getMessage().startsWith("cannot listen on " + path()), refused::toString);
        assertTrue(Files.exists(path()));

        Files.delete(path());
        Files.writeString(path(), "a file");
        assertThrows(IOException.class, () -> Wire.of(server("")));
        assertEquals("a file", Files.readString(path()));
    }
}
