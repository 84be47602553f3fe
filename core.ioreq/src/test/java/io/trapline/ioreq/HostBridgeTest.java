package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.device.PciIdentity;
import io.trapline.machine.DeviceRow;
import io.trapline.machine.DeviceRow.State;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;

/** A machine's own device: it comes with the first function of the bus, once, and nobody else has its name. */
class HostBridgeTest {
    private static final PciIdentity CARD = new PciIdentity(0x1AF4, 0x1042, 1, 0x010000, 0, 0);
    private static final int TIMES = 100;

    private static TestDevice card() {
        return new TestDevice(b -> b.endpoint(CARD));
    }

    private static List<DeviceRow> bridges(TestMachine test) {
        return test.machine.devices().stream()
                .filter(d -> d.name().equals(HostBridge.NAME))
                .toList();
    }

    @Test
    void comesOnceThoughTwoFunctionsComeAtOnce() throws Exception {
        for (int i = 0; i < TIMES; i++) {
            try (TestMachine test = new TestMachine(1)) {
                CyclicBarrier both = new CyclicBarrier(2);
                Thread other =
                        new Thread(
                                () -> {
                                    await(both);
                                    test.plug("b", card());
                                });
                other.start();
                await(both);
                test.plug("a", card());
                other.join();

                assertEquals(
                        List.of("SERVING io.trapline.core.ioreq "),
                        test.events.stream()
                                .filter(e -> e.subject().equals(HostBridge.NAME))
                                .map(e -> e.detail())
                                .filter(d -> !d.startsWith("INSTALLED"))
                                .toList());
            }
        }
    }

    private static void await(CyclicBarrier both) {
        try {
            both.await();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void lendsItsNameToNobody() throws Exception {
        try (TestMachine test = new TestMachine(1, new ByHand())) {
            Plug plug = test.plug(HostBridge.NAME, TestDevice.at(0x100));
            DeviceRow refused = bridges(test).get(0);
            assertEquals(State.REFUSED, refused.state());
            assertTrue(refused.detail().contains("configure another"), refused.detail());
            assertEquals(0xFF, test.vm.in(0x100, 1));

            test.plug("card", card());
            assertEquals(
                    List.of(State.SERVING, State.REFUSED),
                    bridges(test).stream().map(DeviceRow::state).toList());
            test.machine.unplug(plug);
            assertEquals(
                    List.of(State.SERVING), bridges(test).stream().map(DeviceRow::state).toList());
        }
    }
}
