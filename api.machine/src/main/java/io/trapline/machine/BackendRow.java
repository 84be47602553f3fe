package io.trapline.machine;

import java.util.List;

/**
 * A backend.
 *
 * @param name {@code acrn}, {@code kvm}, {@code sim} or {@code qtest}
 * @param ready whether machines can be made with it here
 * @param summary one line: why, or why not
 * @param findings what it looked at
 */
public record BackendRow(String name, boolean ready, String summary, List<Finding> findings) {
    /** Copies the list. */
    public BackendRow {
        findings = List.copyOf(findings);
    }

    /**
     * One thing that the backend looked at.
     *
     * @param name e.g. {@code /dev/kvm}
     * @param ok whether it is as wanted
     * @param detail what was found
     * @param remedy what to do where it is not ok; empty if nothing
     */
    public record Finding(String name, boolean ok, String detail, String remedy) {}
}
