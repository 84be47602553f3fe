package io.trapline.shell;

import io.trapline.machine.DeviceRow;
import io.trapline.machine.Machine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.service.cm.Configuration;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/**
 * What becomes of a configuration that is changed. A device that takes the place of another keeps the guest's accesses
 * waiting for a while; one that cannot be made has to be known before that is over, for the old settings to return in
 * time. Nobody tells: Declarative Services and the machine are looked at until they have decided.
 */
final class Outcome {
    private static final String DEVICE = "io.trapline.device.Device";
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);
    private static final long LOOK_MILLISECONDS = 10;

    /**
     * A component that is made is a device that is plugged in a moment later; one that has its new settings is one that
     * has failed with the old ones for a moment more: how many looks that may take.
     */
    private static final int LATE = 50;

    private static final Pattern THROWN = Pattern.compile("(?:Caused by: )?[\\w.$]+: (.*)");

    private final ServiceComponentRuntime components;
    private final Machine machine;
    private final String device;
    private DeviceRow before;
    private String failure; // of the component before; null: it was none
    private int looks; // since the component was made

    Outcome(ServiceComponentRuntime components, Machine machine, String device) {
        this.components = components;
        this.machine = machine;
        this.device = device;
    }

    /** It could not serve with what it was told. */
    static final class Failed extends Exception {
        private static final long serialVersionUID = 1L;

        /** Whether the device was taken out: its state is gone, whatever comes after it. */
        final boolean takenOut;

        Failed(String why, boolean takenOut) {
            super(why);
            this.takenOut = takenOut;
        }
    }

    /** Whether the device answers the guest. */
    boolean serves() {
        return serves(row());
    }

    /**
     * Updates a configuration, and waits until it has had its effect.
     *
     * @throws Failed if the device, or what belongs to it, cannot be made of it
     * @throws IllegalStateException if nobody knows in time
     */
    void update(Configuration configuration, Map<String, Object> values)
            throws IOException, InterruptedException, Failed {
        before = row();
        looks = 0;
        failure = failure(configuration);
        Map<String, Object> replaced = DeviceConfigurations.values(configuration);
        configuration.update(new Hashtable<>(values));
        long end = System.nanoTime() + PATIENCE;
        while (!isDone(configuration, replaced, values)) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(
                        "device "
                                + device
                                + " has its settings, and has not come with them within "
                                + TimeUnit.NANOSECONDS.toSeconds(PATIENCE)
                                + " s: see device:list");
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLISECONDS);
        }
    }

    private boolean isDone(
            Configuration configuration, Map<String, Object> replaced, Map<String, Object> values)
            throws Failed {
        for (Made made : made(configuration)) {
            Map<String, Object> wanted = new HashMap<>(made.by.properties);
            wanted.keySet().retainAll(replaced.keySet());
            wanted.putAll(values);
            if (has(made.what, wanted) && hasNot(made.what, replaced, wanted)) {
                return isDone(made.what, Arrays.asList(made.by.serviceInterfaces).contains(DEVICE));
            }
        }
        return false;
    }

    private record Made(ComponentDescriptionDTO by, ComponentConfigurationDTO what) {}

    /** What is, or was to be, made of a configuration; mostly one. */
    private List<Made> made(Configuration of) {
        List<Made> found = new ArrayList<>();
        for (ComponentDescriptionDTO component : components.getComponentDescriptionDTOs()) {
            if (Arrays.asList(component.configurationPid).contains(of.getFactoryPid())) {
                components.getComponentConfigurationDTOs(component).stream()
                        .filter(made -> of.getPid().equals(made.properties.get("service.pid")))
                        .forEach(made -> found.add(new Made(component, made)));
            }
        }
        return found;
    }

    private String failure(Configuration of) {
        return made(of).stream()
                .map(made -> made.what.failure)
                .filter(Objects::nonNull)
                .findAny()
                .orElse(null);
    }

    private static boolean has(ComponentConfigurationDTO made, Map<String, Object> wanted) {
        return wanted.keySet().stream().allMatch(key -> same(key, made, wanted));
    }

    private static boolean hasNot(
            ComponentConfigurationDTO made, Map<String, Object> replaced, Map<String, Object> but) {
        return replaced.keySet().stream()
                .allMatch(key -> but.containsKey(key) || !same(key, made, replaced));
    }

    private static boolean same(
            String key, ComponentConfigurationDTO made, Map<String, Object> values) {
        return Objects.deepEquals(values.get(key), made.properties.get(key));
    }

    private boolean isDone(ComponentConfigurationDTO made, boolean isDevice) throws Failed {
        return switch (made.state) {
            case ComponentConfigurationDTO.FAILED_ACTIVATION -> {
                if (!made.failure.equals(failure) || ++looks > LATE) {
                    throw new Failed(reason(made.failure), false);
                }
                yield false;
            }
            case ComponentConfigurationDTO.ACTIVE -> !isDevice || isPlugged();
            case ComponentConfigurationDTO.SATISFIED -> !isDevice;
            default -> false;
        };
    }

    private boolean isPlugged() throws Failed {
        DeviceRow now = row();
        boolean swaps = serves(before);
        if (serves(now) && (!swaps || now.swaps() != before.swaps())) {
            return true;
        }
        boolean late = ++looks > LATE;
        if (now == null) { // so was it before, or it had left before its successor came
            if (late) {
                throw new Failed("the machine has no such device", true);
            }
            return false;
        }
        return switch (now.state()) {
            case REFUSED, DETACHED, QUARANTINED -> {
                if (swaps || late) {
                    throw new Failed(now.detail(), true);
                }
                yield false;
            }
            case SERVING -> late;
            case INSTALLED, HOLDING -> false;
        };
    }

    private DeviceRow row() {
        return machine.devices().stream()
                .filter(row -> row.name().equals(device))
                .findAny()
                .orElse(null);
    }

    private static boolean serves(DeviceRow row) {
        return row != null && row.state() == DeviceRow.State.SERVING;
    }

    /** What was wrong in the first place, out of a stack trace. */
    static String reason(String trace) {
        String last = trace.lines().findFirst().orElse("");
        for (String line : trace.lines().toList()) {
            last = line.startsWith("Caused by: ") ? line : last;
        }
        Matcher thrown = THROWN.matcher(last);
        // Not of NoSuchFileException, which says the file and nothing else.
        return thrown.matches() && thrown.group(1).contains(" ")
                ? thrown.group(1)
                : last.replaceFirst("^Caused by: ", "");
    }
}
