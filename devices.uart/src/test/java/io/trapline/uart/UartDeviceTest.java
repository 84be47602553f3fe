package io.trapline.uart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.chardev.Chardevs;
import io.trapline.device.DeviceState;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The component: what it takes of the machine and of the host, and what it gives back. */
class UartDeviceTest {
    private final FakeBoard board = new FakeBoard();
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

        assertEquals(0x2F8, board.first);
        assertEquals(8, board.count);
        assertEquals(3, board.gsi);
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
        assertEquals('a', board.region.read(0, 1));
        chardev.typed.add((int) 'b');
        chardev.listener.readable();
        assertEquals(0, board.region.read(5, 1) & 1, "only under the baton");
        board.run();
        assertEquals('b', board.region.read(0, 1));
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

        assertEquals(4, board.mailbox.size());
        assertEquals(2, board.mailbox.stream().distinct().count());
    }

    @Test
    void handsItsStateToItsSuccessor() {
        device.install(board);
        device.reset();
        board.region.write(7, 1, 0x5A);
        DeviceState state = device.save();
        device.deactivate();

        UartDevice successor = new UartDevice(config(), chardevs);
        successor.install(board);
        successor.restore(state);

        assertEquals("uart.16550a", state.schema());
        assertEquals(1, state.version());
        assertEquals(0x5A, board.region.read(7, 1));
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
        board.refusal = "port range taken: wanted=0x2f8+8, owner=com2";

        var e = assertThrows(IllegalArgumentException.class, () -> device.install(board));

        assertEquals(board.refusal, e.getMessage());
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
        assertNull(board.region);
    }

    /** Made as Declarative Services makes one; what is not here has no value. */
    private static UartDevice.Config config() {
        Map<String, Object> values =
                Map.of("machine", "main", "port", 0x2F8, "irq", 3, "chardev", "pty");
        return (UartDevice.Config)
                Proxy.newProxyInstance(
                        UartDevice.class.getClassLoader(),
                        new Class<?>[] {UartDevice.Config.class},
                        (proxy, method, arguments) -> values.get(method.getName()));
    }
}
