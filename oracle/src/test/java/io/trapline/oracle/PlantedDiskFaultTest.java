package io.trapline.oracle;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A fault of one bit between us and a disk's driver is found, and made short: the comparison sees. */
class PlantedDiskFaultTest {
    private static final int CASES = 15;
    private static final int LENGTH = 60;

    /** Enough to negotiate, to ask for something, and to see what comes of it. */
    private static final int SHORT = 8;

    private static final Map<String, DiskMachine> MACHINES = new HashMap<>();

    @AfterAll
    static void end() {
        MACHINES.values().forEach(DiskMachine::close);
        MACHINES.clear();
    }

    @ParameterizedTest
    @EnumSource(DiskFault.class)
    void isFoundAndShrunk(DiskFault fault) {
        DiskMachine machine = MACHINES.computeIfAbsent(fault.disk.machine, DiskMachine::new);
        DiskGame game =
                new DiskGame(machine, List.of(fault.disk), port -> new DiskTap(port, fault));
        Optional<DiskFind> find = Optional.empty();
        for (int seed = 0; find.isEmpty() && seed < CASES; seed++) {
            find = game.play(seed, LENGTH);
        }
        DiskFind found = find.orElseThrow(() -> new AssertionError(fault + " was not seen"));
        System.out.println(fault + " seen as " + found.moves().size() + " moves");
        assertTrue(found.moves().size() <= SHORT, found::toString);
    }
}
