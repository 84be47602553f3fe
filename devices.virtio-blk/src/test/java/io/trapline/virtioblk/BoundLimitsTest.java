package io.trapline.virtioblk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Limits find their disk, whoever comes and goes. */
class BoundLimitsTest {
    private final List<Long> told = new ArrayList<>();
    private final BoundLimits bound =
            new BoundLimits(new DiskName("main", "disk"), limits -> told.add(limits.operations()));

    private static Map<String, Object> properties(Object... pairs) {
        Map<String, Object> properties = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            properties.put((String) pairs[i], pairs[i + 1]);
        }
        return properties;
    }

    private static LimitsComponent limits(String disk, long operations) {
        return new LimitsComponent(configured(operations), properties("name", disk));
    }

    private static LimitsComponent.Config configured(long operations) {
        return Configured.of(LimitsComponent.Config.class, properties("iops", operations));
    }

    /** The rule of io.trapline.device.Device, and of the machines, which look for a disk by it. */
    @ParameterizedTest(name = "machine {0}, name {1}, PID {2}: {3} of {4}")
    @CsvSource({
        ", , devices.virtioblk~disk, disk, main",
        "'', '', devices.virtioblk~disk, disk, main",
        "' ', '  ', ' devices.virtioblk~disk', disk, main",
        "' m', 'disk ', devices.virtioblk~other, disk, m",
        ", , devices.virtioblk.1234, devices.virtioblk.1234, main",
    })
    void areNamedAsDevicesAre(String machine, String name, String pid, String disk, String of) {
        assertEquals(
                new DiskName(of, disk),
                DiskName.of(properties("machine", machine, "name", name, "service.pid", pid)));
    }

    @Test
    void changeAndGoWhileAnotherStays() {
        LimitsComponent first = limits("disk", 5);
        LimitsComponent second = limits("disk", 7);
        bound.put(first);
        bound.put(second);
        bound.remove(second);
        bound.put(second);
        bound.remove(first);
        bound.remove(second);
        assertEquals(List.of(5L, 7L, 5L, 7L, 0L), told);
    }

    @Test
    void moveFromDiskToDisk() {
        LimitsComponent moving = limits("disk", 5);
        bound.put(moving);
        moving.modified(configured(5), properties("name", "other"));
        bound.put(moving);
        moving.modified(configured(6), properties("name", "disk"));
        bound.put(moving);
        assertEquals(List.of(5L, 0L, 6L), told);
    }

    /** A disk that hears of its limits anew has a burst to spend. */
    @Test
    void areToldWhenTheyChangeAndNotElse() {
        bound.put(limits("disk", 5));
        bound.put(limits("other", 9));
        bound.remove(limits("other", 9));
        assertEquals(List.of(5L), told);
    }
}
