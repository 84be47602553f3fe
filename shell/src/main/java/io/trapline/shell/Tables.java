package io.trapline.shell;

import io.trapline.machine.BackendRow;
import io.trapline.machine.ClientMode;
import io.trapline.machine.ClientRow;
import io.trapline.machine.DeviceRow;
import io.trapline.machine.InspectedNode;
import io.trapline.machine.MachineRow;
import io.trapline.machine.PciRow;
import io.trapline.machine.RangeRow;
import io.trapline.machine.StatsRow;
import io.trapline.machine.UnclaimedRow;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How each kind of row is shown. */
final class Tables {
    // spotless:off
    private static final Table<MachineRow> MACHINES = new Table<MachineRow>("no machine is configured")
            .text("machine", MachineRow::name)
            .text("state", row -> word(row.state()))
            .text("backend", MachineRow::backend)
            .number("memory", row -> bytes(row.memory()))
            .number("vCPUs", MachineRow::vcpus)
            .number("requests", MachineRow::requests)
            .text("why", MachineRow::detail);

    private static final Table<DeviceRow> DEVICES = new Table<DeviceRow>("no device")
            .text("device", DeviceRow::name)
            .text("state", row -> word(row.state()))
            .text("client", DeviceRow::client)
            .text("bundle", row -> row.bundle() + " " + row.version())
            .text("claims", DeviceRow::claims)
            .number("requests", DeviceRow::requests)
            .number("faults", DeviceRow::faults)
            .number("swaps", DeviceRow::swaps)
            .text("why", DeviceRow::detail);

    private static final Table<ClientRow> CLIENTS = new Table<ClientRow>("no client")
            .text("client", ClientRow::name)
            .text("answers", row -> row.mode() == ClientMode.INLINE ? "inline" : "in its own thread")
            .text("devices", ClientRow::devices)
            .number("ranges", ClientRow::ranges)
            .number("requests", ClientRow::requests)
            .number("waiting", ClientRow::waiting);

    private static final Table<RangeRow> RANGES = new Table<RangeRow>("nothing is claimed")
            .text("type", RangeRow::type)
            .text("first", row -> row.length() == 0 ? "unmapped" : hex(row.type(), row.first()))
            .text("last", row -> row.length() == 0 ? "" : hex(row.type(), row.first() + row.length() - 1))
            .text("device", RangeRow::device)
            .text("client", RangeRow::client)
            .number("reads", RangeRow::reads)
            .number("writes", RangeRow::writes)
            .number("faults", RangeRow::faults);

    private static final Table<PciRow> FUNCTIONS = new Table<PciRow>("nothing is on the PCI bus")
            .text("place", PciRow::address)
            .text("device", PciRow::device)
            .text("id", row -> String.format("%04x:%04x", row.vendorId(), row.deviceId()))
            .text("class", row -> String.format("%06x", row.classCode()))
            .text("enabled", PciRow::enabled)
            .text("registers", PciRow::registers)
            .text("capabilities", PciRow::capabilities)
            .text("interrupt", PciRow::interrupt);

    private static final Table<UnclaimedRow> UNCLAIMED = new Table<UnclaimedRow>("the guest touched nothing that is not claimed")
            .text("type", UnclaimedRow::type)
            .text("address", row -> hex(row.type(), row.address()))
            .number("reads (all ones)", UnclaimedRow::reads)
            .number("writes (dropped)", UnclaimedRow::writes);

    private static final Table<StatsRow> STATS = new Table<StatsRow>("no client")
            .text("client", StatsRow::client)
            .number("requests", StatsRow::requests)
            .number("reads", StatsRow::reads)
            .number("writes", StatsRow::writes)
            .number("faults", StatsRow::faults)
            .number("timed", StatsRow::samples)
            .number("median", row -> time(row.samples(), row.p50()))
            .number("99 % below", row -> time(row.samples(), row.p99()))
            .number("longest", row -> time(row.samples(), row.max()));

    private static final Table<BackendRow.Finding> FINDINGS = new Table<BackendRow.Finding>("nothing was looked at")
            .text("", finding -> finding.ok() ? "ok" : "--")
            .text("what", BackendRow.Finding::name)
            .text("found", BackendRow.Finding::detail)
            .text("what to do", finding -> finding.ok() ? "" : finding.remedy());

    private static final Table<BackendRow> BACKENDS = new Table<BackendRow>("no backend is installed")
            .text("backend", BackendRow::name)
            .text("ready", row -> row.ready() ? "yes" : "no")
            .text("why", BackendRow::summary);

    private static final Map<Class<?>, Table<?>> BY_KIND = Map.of(
            MachineRow.class, MACHINES,
            DeviceRow.class, DEVICES,
            ClientRow.class, CLIENTS,
            RangeRow.class, RANGES,
            PciRow.class, FUNCTIONS,
            UnclaimedRow.class, UNCLAIMED,
            StatsRow.class, STATS,
            BackendRow.class, BACKENDS,
            BackendRow.Finding.class, FINDINGS);
    // spotless:on

    private Tables() {}

    /** Rows as a table; null for what is not one of ours. */
    static String print(Class<?> kind, List<?> rows) {
        return print(BY_KIND.get(kind), rows);
    }

    // The map pairs each kind with the table of that kind.
    @SuppressWarnings("unchecked")
    private static <T> String print(Table<T> table, List<?> rows) {
        return table == null ? null : table.print((List<? extends T>) rows);
    }

    /** A tree, two blanks a level. */
    static String print(InspectedNode node) {
        StringBuilder out = new StringBuilder();
        print(node, 0, out);
        return out.substring(0, out.length() - 1);
    }

    private static void print(InspectedNode node, int level, StringBuilder out) {
        out.append("  ".repeat(level)).append(node.name());
        if (!node.value().isEmpty()) {
            int width = Math.max(0, 24 - 2 * level - node.name().length());
            out.append(" ".repeat(width)).append("  ").append(node.value());
        }
        out.append('\n');
        for (InspectedNode child : node.children()) {
            print(child, level + 1, out);
        }
    }

    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static String hex(String type, long address) {
        return String.format(type.equals("memory") ? "0x%08x" : "0x%04x", address);
    }

    static String bytes(long count) {
        long mebi = count >> 20;
        return mebi >= 1024 && mebi % 1024 == 0 ? mebi / 1024 + " GiB" : mebi + " MiB";
    }

    private static String time(long samples, long nanoseconds) {
        if (samples == 0) {
            return "-";
        }
        if (nanoseconds < 10_000) {
            return nanoseconds + " ns";
        }
        return nanoseconds < 10_000_000
                ? nanoseconds / 1000 + " us"
                : nanoseconds / 1_000_000 + " ms";
    }
}
