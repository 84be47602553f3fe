package io.trapline.oracle;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
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

    /** Played at once: on one interrupt line, on two, in memory. */
    private static final List<List<Disk>> TWO =
            List.of(
                    List.of(Disk.PLAIN, Disk.TWIN),
                    List.of(Disk.PACKED, Disk.NULL),
                    List.of(Disk.MMIO, Disk.MMIO_PACKED));

    /** What differed when the power came. */
    private static final Map<Disk, Optional<DiskFind>> FIRST = new EnumMap<>(Disk.class);

    @AfterAll
    static void end() {
        MACHINES.values().forEach(DiskMachine::close);
        MACHINES.clear();
    }

    private static DiskGame game(List<Disk> disks) {
        DiskMachine machine =
                MACHINES.computeIfAbsent(disks.get(0).machine, DiskOracleTest::started);
        return new DiskGame(machine, disks, UnaryOperator.identity());
    }

    /** Looks at all disks before anything is done with them. */
    private static DiskMachine started(String name) {
        DiskMachine machine = new DiskMachine(name);
        for (Disk disk : Disk.of(name)) {
            FIRST.put(
                    disk,
                    new DiskGame(machine, List.of(disk), UnaryOperator.identity()).discover());
        }
        return machine;
    }

    static Stream<Arguments> cases() {
        Long chosen = Long.getLong("oracle.seed");
        String only = System.getProperty("oracle.disk");
        return Stream.concat(
                        Stream.of(Disk.values()).filter(Disk::alone).map(List::of), TWO.stream())
                .filter(disks -> only == null || named(disks).equals(only))
                .flatMap(
                        disks ->
                                Stream.of(1_000_000L, 2_000_000L)
                                        .map(seed -> chosen == null ? seed : chosen)
                                        .distinct()
                                        .map(seed -> Arguments.of(named(disks), disks, seed)));
    }

    private static String named(List<Disk> disks) {
        return disks.stream().map(Disk::name).collect(Collectors.joining("+"));
    }

    @ParameterizedTest
    @EnumSource(Disk.class)
    void looksLikeQemus(Disk disk) {
        game(List.of(disk));
        FIRST.get(disk).ifPresent(found -> fail(disk + " differs:\n" + found));
    }

    @ParameterizedTest(name = "{0}, seed {2}")
    @MethodSource("cases")
    void behavesLikeQemus(String disk, List<Disk> disks, long seed) {
        DiskGame game = game(disks);
        for (long next = seed; next < seed + CASES; next++) {
            long now = next;
            Optional<DiskFind> find = game.play(now, LENGTH);
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
