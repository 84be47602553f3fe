package io.trapline.shell;

import io.trapline.machine.ClientMode;
import io.trapline.machine.ClientRow;
import io.trapline.machine.Machine;
import io.trapline.machine.Machines;
import io.trapline.machine.RangeRow;
import io.trapline.machine.StatsRow;
import io.trapline.machine.UnclaimedRow;
import java.util.List;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.apache.felix.service.command.annotations.GogoCommand;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What an operator asks of the I/O request clients of a machine. */
@Component(service = IoreqCommands.class)
@GogoCommand(
        scope = "ioreq",
        function = {"clients", "ranges", "unclaimed", "stats", "map"})
public final class IoreqCommands {
    private final Machines machines;

    /** Of these machines. */
    @Activate
    public IoreqCommands(@Reference Machines machines) {
        this.machines = machines;
    }

    /** One row a client. */
    @Descriptor(
            "lists the ioreq clients of a machine: who answers for which devices, and how many wait")
    public List<ClientRow> clients(
            @Descriptor(Words.MACHINE)
                    @Parameter(
                            names = {"-m", "--machine"},
                            absentValue = "")
                    String machine) {
        return new Rows<>(ClientRow.class, Chosen.machine(machines, machine).clients());
    }

    /** One row a claim. */
    @Descriptor("lists the ports and addresses that devices have claimed")
    public List<RangeRow> ranges(
            @Descriptor(Words.MACHINE)
                    @Parameter(
                            names = {"-m", "--machine"},
                            absentValue = "")
                    String machine) {
        return new Rows<>(RangeRow.class, Chosen.machine(machines, machine).ranges());
    }

    /** One row a place. */
    @Descriptor("lists the ports and addresses that the guest touched and no device claims")
    public List<UnclaimedRow> unclaimed(
            @Descriptor(Words.MACHINE)
                    @Parameter(
                            names = {"-m", "--machine"},
                            absentValue = "")
                    String machine) {
        return new Rows<>(UnclaimedRow.class, Chosen.machine(machines, machine).unclaimed());
    }

    /** One row a client. */
    @Descriptor(
            "counts requests and shows how long a sample of them took, from taking to completion")
    public List<StatsRow> stats(
            @Descriptor(Words.MACHINE)
                    @Parameter(
                            names = {"-m", "--machine"},
                            absentValue = "")
                    String machine) {
        return new Rows<>(StatsRow.class, Chosen.machine(machines, machine).stats());
    }

    /** Moves a device to a client; the clients after that. */
    @Descriptor(
            "has another ioreq client answer for a device, while the guest runs; a new name makes a client")
    public List<ClientRow> map(
            @Descriptor(Words.MACHINE)
                    @Parameter(
                            names = {"-m", "--machine"},
                            absentValue = "")
                    String machine,
            @Descriptor("the client has a thread of its own: a slow device delays nobody else")
                    @Parameter(
                            names = {"--dedicated"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean dedicated,
            @Descriptor(
                            "the thread that brings a request answers it: no hand-over (this is so without an option)")
                    @Parameter(
                            names = {"--inline"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean inline,
            @Descriptor("the device's name, e.g. com1") String device,
            @Descriptor("the client's name, e.g. console") String client) {
        if (dedicated && inline) {
            throw new IllegalArgumentException("either --dedicated or --inline");
        }
        Machine chosen = Chosen.machine(machines, machine);
        chosen.map(device, client, dedicated ? ClientMode.DEDICATED : ClientMode.INLINE);
        return new Rows<>(ClientRow.class, chosen.clients());
    }
}
