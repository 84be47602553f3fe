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

    @Test
    void isWhatItsNumberSays() {
        new UartDevice(Configured.with(Map.of("com", 3)), chardevs).install(board);

        assertEquals("port 0x3e8+8", board.claim().toString());
        assertEquals("null for main/com1", opened);
    }

    @Test
    void answersInMemoryWithAStride() {
        UartDevice mapped =
                new UartDevice(
                        Configured.with(Map.of("address", 0xFE00_0000L, "stride", 4, "irq", 5)),
                        chardevs);
        mapped.install(board);
        mapped.reset();

        assertEquals(32, board.claim().length());
        board.write(0xFE00_001CL, 4, 0x5A);
        assertEquals(0x5A, board.read(0xFE00_001CL, 4));
        assertEquals(0x5A, board.read(0xFE00_001CL, 1));
        assertEquals(0xFF, board.read(0xFE00_001DL, 1));
        board.write(0xFE00_0010L, 1, 0x08);
        board.write(0xFE00_0004L, 1, 0x02);
        assertTrue(board.line(5).raised());
    }

    @Test
    void takesItsTimeIfItIsToldTo() {
        UartDevice timed =
                new UartDevice(Configured.with(Map.of("com", 2, "transmit", "timed")), chardevs);
        timed.install(board);
        timed.reset();
        board.out(PORT, 'x');
        assertEquals(0x20, board.in(PORT + 5));

        board.time().advance(1_000_000_000);

        assertEquals(0x60, board.in(PORT + 5));
        assertEquals("x", chardev.printed.toString());
    }

    @Test
    void refusesWhatContradictsItselfAndTakesNothing() {
        for (Map<String, Object> given :
                List.<Map<String, Object>>of(
                        Map.of("com", 2, "port", 0x3F8), Map.of("transmit", "slow"))) {
            UartDevice refused = new UartDevice(Configured.with(given), chardevs);

            assertThrows(IllegalArgumentException.class, () -> refused.install(board));
        }
        assertNull(opened);
        assertEquals(List.of(), board.claims());
    }

    /** Made as Declarative Services makes one. */
    private static UartDevice.Config config() {
        return Configured.with(Map.of("port", PORT, "chardev", "pty"));
    }
}
