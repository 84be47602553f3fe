package io.trapline.oracle;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.trapline.oracle.DiskGame.Find;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * VIRTIO 1.2: disks on the PCI bus and in memory, with split and packed rings, driven alike at QEMU's and ours. {@code
 * -Doracle.seed=7 -Doracle.disk=PACKED -Doracle.length=30} plays another game.
 */
class DiskOracleTest {
    private static final int CASES = Integer.getInteger("oracle.cases", 20);
    private static final int LENGTH = Integer.getInteger("oracle.length", 60);
    private static final Map<String, DiskMachine> MACHINES = new HashMap<>();

    /** What differed when the power came. */
    private static final Map<Disk, Optional<Find>> FIRST = new EnumMap<>(Disk.class);

    @AfterAll
    static void end() {
        MACHINES.values().forEach(DiskMachine::close);
        MACHINES.clear();
    }

    private static DiskGame game(Disk disk) {
        DiskMachine machine = MACHINES.computeIfAbsent(disk.machine, DiskOracleTest::started);
        return new DiskGame(machine, disk, UnaryOperator.identity());
    }

    /** Looks at all disks before anything is done with them. */
    private static DiskMachine started(String name) {
        DiskMachine machine = new DiskMachine(name);
        for (Disk disk : Disk.of(name)) {
            FIRST.put(disk, new DiskGame(machine, disk, UnaryOperator.identity()).discover());
        }
        return machine;
    }

    static Stream<Arguments> cases() {
        Long chosen = Long.getLong("oracle.seed");
        String only = System.getProperty("oracle.disk");
        return Stream.of(Disk.values())
                .filter(disk -> only == null || disk.name().equals(only))
                .flatMap(
                        disk ->
                                chosen != null
                                        ? Stream.of(Arguments.of(disk, chosen))
                                        : Stream.of(
                                                Arguments.of(disk, 1_000_000L),
                                                Arguments.of(disk, 2_000_000L)));
    }

    @ParameterizedTest
    @EnumSource(Disk.class)
    void looksLikeQemus(Disk disk) {
        game(disk);
        FIRST.get(disk).ifPresent(found -> fail(disk + " differs:\n" + found));
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("cases")
    void behavesLikeQemus(Disk disk, long seed) {
        DiskGame game = game(disk);
        for (long next = seed; next < seed + CASES; next++) {
            long now = next;
            Optional<Find> find = game.play(now, LENGTH);
            find.ifPresent(
                    found ->
                            fail(
                                    String.format(
                                            "%s differs; again with -Doracle.disk=%s -Doracle.seed=%d -Doracle.cases=1;"
                                                    + " the shortest:%n%s",
                                            disk, disk, now, found)));
        }
        if (CASES >= 8) {
            assertTrue(game.of(0) > 20 && game.of(1) > 5 && game.of(2) > 0, "dull: " + disk);
        }
        System.out.println(
                disk
                        + " and QEMU's agree, seed "
                        + seed
                        + ": "
                        + game.observations()
                        + " observations; excused "
                        + game.excused());
    }
}
