package io.trapline.oracle;

/** The two that are compared, for the tests of one class. */
final class Sides implements AutoCloseable {
    final Endpoint qemu;
    final Endpoint ours;

    private Sides(Endpoint qemu, Endpoint ours) {
        this.qemu = qemu;
        this.ours = ours;
    }

    static Sides start() {
        return started(false);
    }

    /** QEMU on both sides. */
    static Sides alike() {
        return started(true);
    }

    private static Sides started(boolean alike) {
        Endpoint qemu = Programs.qemu();
        try {
            return new Sides(qemu, alike ? Programs.qemu() : Programs.trapline());
        } catch (RuntimeException | AssertionError e) {
            qemu.close();
            throw e;
        }
    }

    Duel duel(Chip chip) {
        return new Duel(chip, qemu, ours);
    }

    /** With a fault between us and the wire. */
    Duel duel(Chip chip, Fault fault) {
        return new Duel(chip, qemu, new Tap(ours, chip.decoder(), fault));
    }

    @Override
    public void close() {
        try (qemu) {
            ours.close();
        }
    }
}
