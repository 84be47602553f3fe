package io.trapline.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** QEMU's {@code docs/specs/acpi_pci_hotplug}: a disk comes to a running machine, works, and goes when the guest ejects it. */
class HotPlugOracleTest {
    private static final Disk DISK = Disk.TWIN;
    private static final int UP = 0xAE00;
    private static final int DOWN = 0xAE04;
    private static final int EJECT = 0xAE08;
    private static final int EVENTS = 0xAFE0; // of the first general-purpose event block
    private static final int CASES = 5;
    private static final int LENGTH = 60;

    @Test
    @Timeout(120)
    void comesWorksAndGoesLikeQemus() {
        try (DiskMachine machine = new DiskMachine("pc", Set.of(DISK))) {
            compare(machine, HotPlugOracleTest::seen);
            compare(machine, HotPlugOracleTest::add);
            DiskGame game = new DiskGame(machine, List.of(DISK), UnaryOperator.identity());
            game.discover().ifPresent(found -> fail(found.toString()));
            for (long seed = 0; seed < CASES; seed++) {
                game.play(seed, LENGTH).ifPresent(found -> fail(found.toString()));
            }
            assertNotEquals(0, game.of(0), "no request");
            compare(machine, HotPlugOracleTest::delete);
            compare(machine, HotPlugOracleTest::eject);
        }
    }

    /** What one side does, and sees of it. */
    private interface Step {
        List<String> of(DiskSide side);
    }

    private static void compare(DiskMachine machine, Step step) {
        assertEquals(
                String.join("\n", step.of(machine.qemu)), String.join("\n", step.of(machine.ours)));
    }

    private static List<String> add(DiskSide side) {
        side.add(DISK);
        return seen(side);
    }

    private static List<String> delete(DiskSide side) {
        side.delete(DISK);
        return seen(side);
    }

    /** The guest lets it go. */
    private static List<String> eject(DiskSide side) {
        side.out(EJECT, 4, 1L << DISK.ourPlace);
        side.in(EJECT, 4);
        List<String> all = new ArrayList<>(List.of(side.awaitDeleted()));
        all.addAll(seen(side));
        return all;
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    /** The controller's registers, twice: what comes is told once; and what is at the disk's place. */
    private static List<String> seen(DiskSide side) {
        List<String> all = new ArrayList<>();
        for (int register : new int[] {UP, UP, DOWN, DOWN}) {
            all.add(text("%x %x", register, side.in(register, 4)));
        }
        all.add("event " + (side.in(EVENTS, 1) & 2));
        side.out(EVENTS, 1, 2);
        all.add("acknowledged " + (side.in(EVENTS, 1) & 2));
        PciDisk pci = new PciDisk(side, DISK);
        for (int register = 0; register < 0x40; register += 4) {
            long value = 0;
            for (int at = register; at < register + 4; at++) {
                if (!DiskFeatures.hidden(at, false)) {
                    long known = at == 6 ? ~8 : -1; // Exclusion.DISK_STATUS_WITH_MESSAGES
                    value |= (pci.header(at, 1) & known) << 8 * (at - register);
                }
            }
            all.add(text("header %x %x", register, value));
        }
        return all;
    }
}
