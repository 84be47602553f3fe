package io.trapline.acrn;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The random guest on a bare loop: that the rig and the guest agree, and what they can do in a second. */
@OnRig
class RandomGuestTest {
    private static final long ACCESSES = Long.getLong("rig.accesses", 40_000);

    @Test
    void findsEveryValueOnABareLoop() throws Exception {
        try (BareModel model = new BareModel()) {
            RandomGuest guest =
                    new RandomGuest(new AddressPlan() {}, model.vm(), BareModel.VCPUS, 42);

            RandomGuest.Result result = guest.run(ACCESSES);

            System.out.println("bare loop, 4 vCPUs: " + result);
            assertTrue(result.accesses() >= ACCESSES);
        }
    }
}
