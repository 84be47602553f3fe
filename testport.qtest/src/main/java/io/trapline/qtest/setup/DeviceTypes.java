package io.trapline.qtest.setup;

import io.trapline.device.Device;
import io.trapline.qtest.options.BadOption;
import java.util.Arrays;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.metatype.AttributeDefinition;
import org.osgi.service.metatype.MetaTypeInformation;
import org.osgi.service.metatype.MetaTypeService;
import org.osgi.service.metatype.ObjectClassDefinition;

/**
 * The device types of the installed bundles: the factory PIDs of their components that are devices, and what the
 * configurations of those may say (OSGi Compendium 8, chapters 105 and 112).
 */
public final class DeviceTypes {
    private final ServiceComponentRuntime components;
    private final MetaTypeService metatypes;
    private final BundleContext context;

    /** Of the framework that the context belongs to. */
    public DeviceTypes(
            ServiceComponentRuntime components, MetaTypeService metatypes, BundleContext context) {
        this.components = components;
        this.metatypes = metatypes;
        this.context = context;
    }

    /** The PIDs. */
    public List<String> pids() {
        return byPid().keySet().stream().toList();
    }

    private Map<String, Bundle> byPid() {
        Map<String, Bundle> found = new TreeMap<>();
        for (ComponentDescriptionDTO component : components.getComponentDescriptionDTOs()) {
            if (Arrays.asList(component.serviceInterfaces).contains(Device.class.getName())
                    && component.configurationPid.length > 0) {
                found.put(component.configurationPid[0], context.getBundle(component.bundle.id));
            }
        }
        return found;
    }

    /** Whether a configuration of that PID may have that key. */
    boolean knows(String pid, String key) {
        Bundle bundle = byPid().get(pid);
        return bundle != null && attributes(bundle, pid).containsKey(key);
    }

    /**
     * A device's configuration, each value of the type that its key wants.
     *
     * @throws BadOption naming the keys that there are, or what the value should have been
     */
    Hashtable<String, Object> typed(DeviceSpec device) throws BadOption {
        Bundle bundle = byPid().get(device.pid());
        if (bundle == null) {
            throw new BadOption("no bundle has devices of the type " + device.pid());
        }
        Map<String, AttributeDefinition> attributes = attributes(bundle, device.pid());
        Hashtable<String, Object> typed = new Hashtable<>();
        for (Map.Entry<String, String> setting : device.settings().entrySet()) {
            String key = setting.getKey();
            AttributeDefinition attribute = attributes.get(key);
            if (attribute == null && !attributes.isEmpty()) {
                throw new BadOption(
                        device.pid()
                                + " has no property "
                                + key
                                + ", there is "
                                + attributes.keySet());
            }
            typed.put(
                    key,
                    attribute == null
                            ? setting.getValue()
                            : Values.of(device.pid() + "." + key, setting.getValue(), attribute));
        }
        return typed;
    }

    /** The keys of a PID; none where its bundle does not describe them. */
    private Map<String, AttributeDefinition> attributes(Bundle bundle, String pid) {
        Map<String, AttributeDefinition> byKey = new TreeMap<>();
        MetaTypeInformation information = metatypes.getMetaTypeInformation(bundle);
        if (information != null && Arrays.asList(information.getFactoryPids()).contains(pid)) {
            for (AttributeDefinition attribute :
                    information
                            .getObjectClassDefinition(pid, null)
                            .getAttributeDefinitions(ObjectClassDefinition.ALL)) {
                byKey.put(attribute.getID(), attribute);
            }
        }
        return byKey;
    }
}
