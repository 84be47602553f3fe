package io.trapline.sim;

import io.trapline.hypervisor.Hypervisor;
import io.trapline.hypervisor.Readiness;
import io.trapline.hypervisor.ScriptedGuest;
import io.trapline.hypervisor.VirtualMachine;
import io.trapline.hypervisor.VmEvents;
import io.trapline.hypervisor.VmShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Makes simulated machines. Options: {@code guest}, {@code polling}, {@code deterministic}, {@code seed}. */
public final class SimHypervisor implements Hypervisor {
    private final Map<String, ScriptedGuest> guests;
    private final Map<String, SimMachine> open = new ConcurrentHashMap<>();

    /**
     * A backend that knows these guests by name, and {@code monitor}.
     *
     * @param guests looked into when a machine is created; may change meanwhile if it is safe for that
     */
    public SimHypervisor(Map<String, ScriptedGuest> guests) {
        this.guests = guests;
    }

    @Override
    public String name() {
        return "sim";
    }

    @Override
    public Set<String> options() {
        return SimOptions.KNOWN;
    }

    @Override
    public Readiness probe() {
        Path folder = Path.of(System.getProperty("java.io.tmpdir"));
        boolean writable = Files.isWritable(folder);
        List<Readiness.Finding> findings =
                List.of(
                        new Readiness.Finding(
                                "temporary folder",
                                writable,
                                folder + (writable ? " is writable" : " is not writable"),
                                writable ? "" : "set -Djava.io.tmpdir to a folder that is"),
                        new Readiness.Finding(
                                "guests", true, SimOptions.join(known().keySet()), ""));
        return new Readiness(
                writable,
                writable
                        ? "works everywhere; runs guests written in Java, no machine code"
                        : "no folder for the guest's RAM",
                findings);
    }

    /**
     * As the contract says.
     *
     * @throws IllegalArgumentException for an unknown option, value or guest, naming those that there are
     */
    @Override
    public VirtualMachine create(VmShape shape, VmEvents events) throws IOException {
        SimOptions options = SimOptions.of(shape);
        TreeMap<String, ScriptedGuest> known = known();
        ScriptedGuest guest = known.get(options.guest());
        if (guest == null) {
            throw SimOptions.refused(
                    shape,
                    "unknown guest "
                            + options.guest()
                            + ", known: "
                            + SimOptions.join(known.keySet()));
        }
        SimMachine machine = new SimMachine(shape, options, guest, events, this::closed);
        open.put(shape.name(), machine);
        return machine;
    }

    /**
     * The open machine of that name, made deterministic by its options: for tests that have it from the core.
     *
     * @throws IllegalArgumentException if there is none, or if it runs freely
     */
    public DeterministicMachine deterministic(String name) {
        SimMachine machine = open.get(name);
        if (machine == null) {
            throw new IllegalArgumentException(
                    "no machine "
                            + name
                            + ", open: "
                            + SimOptions.join(new TreeMap<>(open).keySet()));
        }
        return new DeterministicMachine(machine);
    }

    private void closed(SimMachine machine) {
        open.remove(machine.name(), machine);
    }

    private TreeMap<String, ScriptedGuest> known() {
        TreeMap<String, ScriptedGuest> known = new TreeMap<>(guests);
        known.putIfAbsent(MonitorGuest.NAME, new MonitorGuest());
        return known;
    }
}
