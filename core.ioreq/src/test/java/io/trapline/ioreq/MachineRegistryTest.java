package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.device.Device;
import io.trapline.hypervisor.Hypervisor;
import io.trapline.hypervisor.Readiness;
import io.trapline.hypervisor.VirtualMachine;
import io.trapline.hypervisor.VmEvents;
import io.trapline.hypervisor.VmShape;
import io.trapline.machine.DeviceRow;
import io.trapline.machine.MachineRow;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;

/** The whiteboard at its narrow places: a service goes while its device is brought. */
class MachineRegistryTest {
    private static final Bundle BUNDLE = made(Bundle.class, (name, argument) -> bundle(name));

    private final FakeVm vm = new FakeVm();
    private final MachineRegistry registry = new MachineRegistry(framework());

    @BeforeEach
    void make() {
        registry.addHypervisor(new Below());
        registry.addMachine(
                new ConfiguredMachine(
                        new ConfiguredMachineTest.Config(Map.of("backend", "sim", "memory", "2M")),
                        Map.of("service.pid", "machine~main")));
        Await.until("it runs", () -> state() == MachineRow.State.RUNNING);
    }

    @AfterEach
    void close() {
        registry.close();
    }

    private MachineRow.State state() {
        return registry.list().stream().map(MachineRow::state).findAny().orElse(null);
    }

    private List<DeviceRow> devices() {
        return registry.machine("main").devices();
    }

    /** The only backend. */
    private final class Below implements Hypervisor {
        @Override
        public String name() {
            return "sim";
        }

        @Override
        public Readiness probe() {
            return vm.probe();
        }

        @Override
        public Set<String> options() {
            return Set.of();
        }

        @Override
        public VirtualMachine create(VmShape shape, VmEvents events) throws IOException {
            return vm.create(shape, events);
        }
    }

    private static BundleContext framework() {
        return made(
                BundleContext.class, (name, argument) -> name.equals("getBundle") ? BUNDLE : null);
    }

    private static Object bundle(String name) {
        return switch (name) {
            case "getState" -> Bundle.ACTIVE;
            case "getSymbolicName" -> "test.bundle";
            case "getVersion" -> Version.parseVersion("1.0.0");
            case "getBundleId" -> 7L;
            default -> null;
        };
    }

    @SuppressWarnings("unchecked")
    private static ServiceReference<Device> reference(Bundle bundle, UnaryOperator<String> values) {
        return made(
                ServiceReference.class,
                (name, argument) ->
                        switch (name) {
                            case "getBundle" -> bundle;
                            case "getProperty" -> values.apply((String) argument);
                            default -> null;
                        });
    }

    /** What the framework would hand out: answers what it is asked here, and does nothing else. */
    private static <T> T made(Class<T> type, BiFunction<String, Object, Object> answers) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (proxy, method, arguments) ->
                                switch (method.getName()) {
                                    case "hashCode" -> System.identityHashCode(proxy);
                                    case "equals" -> proxy == arguments[0];
                                    default ->
                                            answers.apply(
                                                    method.getName(),
                                                    arguments == null ? null : arguments[0]);
                                }));
    }

    @Test
    void takesOutADeviceWhoseServiceGoesWhileItIsBrought() {
        List<ServiceReference<Device>> references = new ArrayList<>();
        boolean[] gone = {false};
        references.add(
                reference(
                        BUNDLE,
                        key -> {
                            if (key.equals(Device.MACHINE) && !gone[0]) {
                                gone[0] = true; // it has been noted, and is not plugged in yet
                                registry.removeDevice(references.get(0));
                            }
                            return key.equals(Device.NAME) ? "late" : null;
                        }));
        registry.addDevice(references.get(0), TestDevice.at(0x100));

        assertTrue(gone[0]);
        assertEquals(
                List.of(DeviceRow.State.HOLDING),
                devices().stream().map(DeviceRow::state).toList());
    }

    @Test
    void passesOverAServiceThatHasGoneAlready() {
        registry.addDevice(reference(null, key -> null), TestDevice.at(0x100));

        assertEquals(List.of(), devices());
    }
}
