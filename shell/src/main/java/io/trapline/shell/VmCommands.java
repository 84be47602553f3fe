package io.trapline.shell;

import io.trapline.machine.Machine;
import io.trapline.machine.MachineRow;
import io.trapline.machine.Machines;
import io.trapline.machine.PciRow;
import java.util.List;
import java.util.function.Consumer;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.annotations.GogoCommand;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What an operator does to a whole machine. */
@Component(service = VmCommands.class)
@GogoCommand(
        scope = "vm",
        function = {"list", "pci", "pause", "resume", "reset", "stop"})
public final class VmCommands {

    private final Machines machines;

    /** Of these machines. */
    @Activate
    public VmCommands(@Reference Machines machines) {
        this.machines = machines;
    }

    /** One row a machine. */
    @Descriptor("lists the machines")
    public List<MachineRow> list() {
        return new Rows<>(MachineRow.class, machines.list());
    }

    /** The PCI bus of the only machine. */
    @Descriptor("lists what is on the PCI bus of a machine: base address registers, capabilities")
    public List<PciRow> pci() {
        return pci("");
    }

    /** The PCI bus of a machine. */
    @Descriptor("lists what is on the PCI bus of a machine: base address registers, capabilities")
    public List<PciRow> pci(@Descriptor(Words.MACHINE) String machine) {
        return new Rows<>(PciRow.class, Chosen.machine(machines, machine).pci());
    }

    /** Pauses the only machine. */
    @Descriptor("stops the processors and the clock of a machine; vm:resume lets them go on")
    public MachineRow pause() {
        return pause("");
    }

    /** Pauses a machine. */
    @Descriptor("stops the processors and the clock of a machine; vm:resume lets them go on")
    public MachineRow pause(@Descriptor(Words.MACHINE) String machine) {
        return done(machine, Machine::pause);
    }

    /** Lets the only machine go on. */
    @Descriptor("lets a paused machine go on")
    public MachineRow resume() {
        return resume("");
    }

    /** Lets a machine go on. */
    @Descriptor("lets a paused machine go on")
    public MachineRow resume(@Descriptor(Words.MACHINE) String machine) {
        return done(machine, Machine::resume);
    }

    /** Resets the only machine. */
    @Descriptor(
            "switches a machine off and on: devices and processors reset, the image is loaded again")
    public MachineRow reset() {
        return reset("");
    }

    /** Resets a machine. */
    @Descriptor(
            "switches a machine off and on: devices and processors reset, the image is loaded again")
    public MachineRow reset(@Descriptor(Words.MACHINE) String machine) {
        return done(machine, Machine::reset);
    }

    /** Ends the only machine. */
    @Descriptor("ends a machine for good")
    public MachineRow stop() {
        return stop("");
    }

    /** Ends a machine. */
    @Descriptor("ends a machine for good")
    public MachineRow stop(@Descriptor(Words.MACHINE) String machine) {
        return done(machine, Machine::stop);
    }

    private MachineRow done(String name, Consumer<Machine> action) {
        Machine machine = Chosen.machine(machines, name);
        action.accept(machine);
        return machine.row();
    }
}
