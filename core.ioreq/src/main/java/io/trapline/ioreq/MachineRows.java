package io.trapline.ioreq;

import io.trapline.machine.ClientRow;
import io.trapline.machine.DeviceRow;
import io.trapline.machine.MachineRow;
import io.trapline.machine.MachineRow.State;
import io.trapline.machine.PciRow;
import io.trapline.machine.RangeRow;
import io.trapline.machine.StatsRow;
import io.trapline.machine.UnclaimedRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/** What administrators see of a machine, as plain data. */
final class MachineRows {
    private static final String LEAVING = "the guest is asked to let go of it";

    private final LiveMachine machine;
    private final MachineSpec spec;
    private final String why;

    /**
     * Of one machine.
     *
     * @param machine which
     * @param spec how it is configured
     * @param why one line: why it has the backend that it has
     */
    MachineRows(LiveMachine machine, MachineSpec spec, String why) {
        this.machine = machine;
        this.spec = spec;
        this.why = why;
    }

    MachineRow row() {
        State state = machine.state();
        return new MachineRow(
                machine.name(),
                state,
                machine.backend(),
                spec.memory(),
                machine.vm().vcpus(),
                machine.dispatcher().taken(),
                state == State.STOPPED ? machine.life().end() : why);
    }

    List<DeviceRow> devices() {
        int leaving = machine.slots().leaving();
        Stream<DeviceRow> rows =
                machine.bays().stream()
                        .map(bay -> bay.row((bay.places() & leaving) == 0 ? "" : LEAVING));
        return Stream.concat(rows, machine.misnamed().stream())
                .sorted(Comparator.comparing(DeviceRow::name))
                .toList();
    }

    List<ClientRow> clients() {
        List<Bay> all = machine.bays();
        List<ClientRow> rows = new ArrayList<>();
        for (IoreqClient client : machine.allClients()) {
            List<Bay> own = all.stream().filter(b -> b.client() == client).toList();
            rows.add(
                    new ClientRow(
                            client.name(),
                            client.mode(),
                            own.stream().map(Bay::name).collect(Collectors.joining(", ")),
                            own.stream().mapToInt(b -> b.claims().size()).sum(),
                            client.reads() + client.writes(),
                            client.waiting()));
        }
        return rows;
    }

    List<RangeRow> ranges() {
        List<RangeRow> rows = new ArrayList<>();
        for (Bay bay : machine.bays()) {
            bay.claims().forEach(c -> rows.add(c.row(bay.name(), bay.client().name())));
        }
        rows.sort(
                Comparator.comparing(RangeRow::type).reversed().thenComparingLong(RangeRow::first));
        return rows;
    }

    List<PciRow> pci() {
        return machine.bays().stream()
                .flatMap(bay -> bay.pciRows().stream())
                .sorted(Comparator.comparing(PciRow::address))
                .toList();
    }

    List<UnclaimedRow> unclaimed() {
        List<UnclaimedRow> rows = new ArrayList<>(machine.dispatcher().unclaimed().rows());
        long refused = machine.refusedMessages();
        if (refused > 0) {
            rows.add(new UnclaimedRow("message", 0, 0, refused));
        }
        return rows;
    }

    List<StatsRow> stats() {
        return machine.allClients().stream().map(MachineRows::stats).toList();
    }

    private static StatsRow stats(IoreqClient client) {
        Histogram latencies = client.latencies().copy();
        return new StatsRow(
                client.name(),
                client.reads() + client.writes(),
                client.reads(),
                client.writes(),
                client.faults(),
                latencies.getTotalCount(),
                latencies.getValueAtPercentile(50),
                latencies.getValueAtPercentile(99),
                latencies.getMaxValue());
    }
}
