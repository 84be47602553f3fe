package io.trapline.sim;

import static org.osgi.service.component.annotations.ReferenceCardinality.MULTIPLE;
import static org.osgi.service.component.annotations.ReferencePolicy.DYNAMIC;

import io.trapline.hypervisor.Hypervisor;
import io.trapline.hypervisor.Readiness;
import io.trapline.hypervisor.ScriptedGuest;
import io.trapline.hypervisor.VirtualMachine;
import io.trapline.hypervisor.VmEvents;
import io.trapline.hypervisor.VmShape;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The simulator as a service; every {@link ScriptedGuest} service with a name is one that it can run. */
@Component(service = Hypervisor.class)
public final class SimComponent implements Hypervisor {
    private final Map<String, ScriptedGuest> guests = new ConcurrentHashMap<>();
    private final SimHypervisor simulator = new SimHypervisor(guests);

    @Reference(cardinality = MULTIPLE, policy = DYNAMIC, target = "(" + ScriptedGuest.NAME + "=*)")
    void addGuest(ScriptedGuest guest, Map<String, Object> properties) {
        guests.put(properties.get(ScriptedGuest.NAME).toString(), guest);
    }

    void removeGuest(ScriptedGuest guest, Map<String, Object> properties) {
        guests.remove(properties.get(ScriptedGuest.NAME).toString(), guest);
    }

    @Override
    public String name() {
        return simulator.name();
    }

    @Override
    public Set<String> options() {
        return simulator.options();
    }

    @Override
    public Readiness probe() {
        return simulator.probe();
    }

    @Override
    public VirtualMachine create(VmShape shape, VmEvents events) throws IOException {
        return simulator.create(shape, events);
    }
}
