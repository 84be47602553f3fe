package io.trapline.shell;

import io.trapline.machine.Machine;
import io.trapline.machine.MachineRow;
import io.trapline.machine.Machines;
import java.util.List;

/** The machine that a command means. */
final class Chosen {
    private Chosen() {}

    /**
     * The machine of that name; without a name the only one, or {@code main}.
     *
     * @throws IllegalArgumentException if there is none, naming those that there are
     */
    static Machine machine(Machines machines, String name) {
        if (!name.isEmpty()) {
            return machines.machine(name);
        }
        List<MachineRow> rows = machines.list();
        return machines.machine(rows.size() == 1 ? rows.get(0).name() : "main");
    }
}
