package io.trapline.shell;

import io.trapline.machine.DeviceRow;
import io.trapline.machine.Machine;
import io.trapline.machine.MachineRow;
import io.trapline.machine.Machines;
import java.util.List;

/** The machine that a command means. */
final class Chosen {
    private Chosen() {}

    /**
     * The machine of that name; without a name the only one, or {@value Machines#DEFAULT}.
     *
     * @throws IllegalArgumentException if there is none, naming those that there are
     */
    static Machine machine(Machines machines, String name) {
        if (!name.isEmpty()) {
            return machines.machine(name);
        }
        List<MachineRow> rows = machines.list();
        return machines.machine(rows.size() == 1 ? rows.get(0).name() : Machines.DEFAULT);
    }

    /** The devices of a machine, if it lives. */
    static List<DeviceRow> devices(Machines machines, MachineRow row) {
        boolean lives =
                row.state() == MachineRow.State.RUNNING || row.state() == MachineRow.State.PAUSED;
        return lives ? machines.machine(row.name()).devices() : List.of();
    }
}
