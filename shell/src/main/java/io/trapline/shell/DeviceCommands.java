package io.trapline.shell;

import io.trapline.machine.DeviceRow;
import io.trapline.machine.InspectedNode;
import io.trapline.machine.Machine;
import io.trapline.machine.Machines;
import java.util.List;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.apache.felix.service.command.annotations.GogoCommand;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What an operator asks of the devices of a machine. */
@Component(service = DeviceCommands.class)
@GogoCommand(
        scope = "device",
        function = {"list", "inspect", "eject"})
public final class DeviceCommands {
    private final Machines machines;

    /** Of these machines. */
    @Activate
    public DeviceCommands(@Reference Machines machines) {
        this.machines = machines;
    }

    /** One row a device. */
    @Descriptor(
            "lists the devices of a machine: which bundle they come from, what they claim, how they are")
    public List<DeviceRow> list(
            @Descriptor(Words.MACHINE)
                    @Parameter(
                            names = {"-m", "--machine"},
                            absentValue = "")
                    String machine) {
        return new Rows<>(DeviceRow.class, Chosen.machine(machines, machine).devices());
    }

    /** Registers and state as a tree. */
    @Descriptor(
            "shows registers and state of a device, without the side effects of a guest's access")
    public InspectedNode inspect(
            @Descriptor(Words.MACHINE)
                    @Parameter(
                            names = {"-m", "--machine"},
                            absentValue = "")
                    String machine,
            @Descriptor("the device's name, e.g. com1") String device) {
        return Chosen.machine(machines, machine).inspect(device);
    }

    /** Wants a device out; how it is then. */
    @Descriptor(
            "wants a device out: on the PCI bus it stays until the guest lets go of it, if a hot-plug"
                    + " controller can ask the guest")
    public List<DeviceRow> eject(
            @Descriptor(Words.MACHINE)
                    @Parameter(
                            names = {"-m", "--machine"},
                            absentValue = "")
                    String machine,
            @Descriptor("the device's name, e.g. disk") String device) {
        Machine chosen = Chosen.machine(machines, machine);
        chosen.eject(device);
        return new Rows<>(
                DeviceRow.class,
                chosen.devices().stream().filter(row -> row.name().equals(device)).toList());
    }
}
