package io.trapline.uart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.chardev.Chardevs;
import io.trapline.device.DeviceState;
import io.trapline.tck.TestBoard;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The component: what it takes of the machine and of the host, and what it gives back. */
class UartDeviceTest {
    private static final int PORT = 0x2F8;

    private TestBoard board = new TestBoard("com1");
    private final FakeChardev chardev = new FakeChardev();
    private String opened;

    private final Chardevs chardevs =
            (spec, owner) -> {
                opened = spec + " for " + owner;
                return chardev;
            };

    private final UartDevice device = new UartDevice(config(), chardevs);

    @Test
    void claimsItsPortsAndOpensItsChardev() {
        device.install(board);

        assertEquals("port 0x2f8+8", board.claim().toString());
        assertFalse(board.line(3).raised());
        assertEquals("pty for main/com1", opened);
    }

    /** A predecessor's characters come first: nothing is read before reset or restore. */
    @Test
    void listensOnceItHasAState() {
        device.install(board);
        assertNull(chardev.listener);
        chardev.typed.add((int) 'a');
        device.reset();

        chardev.listener.readable();
        assertEquals('a', board.in(PORT));
        chardev.typed.add((int) 'b');
        chardev.listener.readable();
        assertEquals(0, board.in(PORT + 5) & 1, "only under the baton");
        board.run();
        assertEquals('b', board.in(PORT));
    }

    @Test
    void postsTheSameTasksAgain() {
        device.install(board);
        device.reset();
        board.run();

        chardev.listener.readable();
        chardev.listener.readable();
        chardev.listener.writable();
        chardev.listener.writable();

        assertEquals(4, board.mailbox().size());
        assertEquals(2, board.mailbox().stream().distinct().count());
    }

    @Test
    void handsItsStateToItsSuccessor() {
        device.install(board);
        device.reset();
        board.out(PORT + 7, 0x5A);
        DeviceState state = device.save();
        device.deactivate();

        UartDevice successor = new UartDevice(config(), chardevs);
        board = board.successor();
        successor.install(board);
        successor.restore(state);

        assertEquals("uart.16550a", state.schema());
        assertEquals(2, state.version());
        assertEquals(0x5A, board.in(PORT + 7));
    }

    @Test
    void closesItsChardevWhenItIsDeactivated() {
        device.install(board);
        assertFalse(chardev.closed);

        device.deactivate();

        assertTrue(chardev.closed);
    }

    @Test
    void closesItsChardevWhenItsPortsAreTaken() {
        board.takePorts("com2", 0x2F8, 8);

        var e = assertThrows(IllegalArgumentException.class, () -> device.install(board));

        assertTrue(e.getMessage().startsWith("port range taken: wanted=port 0x2f8+8"));
        assertTrue(chardev.closed);
    }

    @Test
    void isRefusedWithoutItsChardev() {
        Chardevs refusing =
                (spec, owner) -> {
                    throw new IOException(spec + ": Address already in use");
                };

        var e =
                assertThrows(
                        IllegalStateException.class,
                        () -> new UartDevice(config(), refusing).install(board));

        assertEquals("chardev not opened: pty: Address already in use", e.getMessage());
        assertEquals(List.of(), board.claims());
    }

    /** Made as Declarative Services makes one. */
    private static UartDevice.Config config() {
        return Configured.with(Map.of("port", PORT, "chardev", "pty"));
    }
}
