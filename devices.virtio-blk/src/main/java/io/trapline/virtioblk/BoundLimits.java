package io.trapline.virtioblk;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The limits that are configured for whichever disks, and what they are for one: of several, the last that came. */
final class BoundLimits {
    private final DiskName disk;
    private final Consumer<Limits> told;
    private final List<LimitsComponent> all = new ArrayList<>();
    private Limits now = Limits.NONE;

    /**
     * None yet.
     *
     * @param told hears of each change, and of nothing else: new limits begin with a burst
     */
    BoundLimits(DiskName disk, Consumer<Limits> told) {
        this.disk = disk;
        this.told = told;
    }

    /** One has come, or has changed. */
    synchronized void put(LimitsComponent one) {
        if (!all.contains(one)) {
            all.add(one);
        }
        tell();
    }

    synchronized void remove(LimitsComponent one) {
        all.remove(one);
        tell();
    }

    private void tell() {
        Limits last = Limits.NONE;
        for (LimitsComponent one : all) {
            if (one.disk().equals(disk)) {
                last = one.limits();
            }
        }
        if (!last.equals(now)) {
            now = last;
            told.accept(last);
        }
    }
}
