package io.trapline.qtest.machine;

import io.trapline.hypervisor.Hypervisor;
import io.trapline.hypervisor.Readiness;
import io.trapline.hypervisor.VmEvents;
import io.trapline.hypervisor.VmShape;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The backend {@code qtest}: works everywhere. */
public final class QtestHypervisor implements Hypervisor {
    /** Its name in a configuration. */
    public static final String NAME = "qtest";

    private final Map<String, QtestMachine> machines = new ConcurrentHashMap<>();

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Readiness probe() {
        return new Readiness(true, "needs nothing; a client makes the accesses", List.of());
    }

    @Override
    public QtestMachine create(VmShape shape, VmEvents events) throws IOException {
        QtestMachine machine =
                new QtestMachine(shape, events, closed -> machines.remove(shape.name(), closed));
        machines.put(shape.name(), machine);
        return machine;
    }

    /** The machine of that name; null: there is none, or not any more. */
    public QtestMachine machine(String name) {
        return machines.get(name);
    }
}
