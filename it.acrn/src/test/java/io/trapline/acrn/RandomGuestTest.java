package io.trapline.acrn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.rig.Injector;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The random guest on a bare loop: that the rig and the guest agree, and what they can do in a second. */
@OnRig
class RandomGuestTest {
    private static final long ACCESSES = Long.getLong("rig.bare.accesses", 40_000);
    private static final long SEED = 42;

    private static RandomGuest guest(AddressPlan plan, BareModel model) {
        return new RandomGuest(plan, model.vm(), BareModel.VCPUS, SEED);
    }

    @Test
    void findsEveryValueOnABareLoop() throws Exception {
        try (BareModel model = new BareModel()) {
            RandomGuest.Result result = guest(new AddressPlan() {}, model).run(ACCESSES);

            System.out.println("bare loop, 4 vCPUs: " + result);
            assertTrue(result.accesses() >= ACCESSES);
        }
    }

    @Test
    void tellsTheSeedAndTheStoryOfAWrongValue() throws Exception {
        AddressPlan astray =
                new AddressPlan() {
                    @Override
                    public long nobodysMemory(int vcpu) {
                        return memory(vcpu) + 8;
                    }
                };
        try (BareModel model = new BareModel()) {
            RandomGuest guest = guest(astray, model);

            String story =
                    assertThrows(AssertionError.class, () -> guest.run(ACCESSES)).getMessage();
            assertTrue(
                    story.matches("(?s)seed 42, vm1 vcpu\\d, access \\d+: expected 0x.*"), story);
        }
    }

    @Test
    void endsWithItsMachine() throws Exception {
        try (BareModel model = new BareModel();
                Injector rig = new Injector()) {
            RandomGuest guest = guest(new AddressPlan() {}, model).mayEnd();
            CompletableFuture<RandomGuest.Result> run = new CompletableFuture<>();
            Thread thread = new Thread(() -> complete(run, guest));
            thread.start();
            while (rig.status().machine(model.vm()).accesses() < 1000) {
                Thread.onSpinWait();
            }
            model.pause();

            thread.join();
            assertTrue(run.get().accesses() >= 500); // PCI configuration counts once, not twice
            assertEquals("paused", rig.status().machine(model.vm()).state());
        }
    }

    private static void complete(CompletableFuture<RandomGuest.Result> run, RandomGuest guest) {
        try {
            run.complete(guest.run(Long.MAX_VALUE));
        } catch (InterruptedException | AssertionError e) {
            run.completeExceptionally(e);
        }
    }
}
