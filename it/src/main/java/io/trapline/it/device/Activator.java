package io.trapline.it.device;

import io.trapline.device.Device;
import java.util.Dictionary;
import java.util.Hashtable;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** Publishes one {@link Scratch} as its bundle's headers say. */
public final class Activator implements BundleActivator {
    @Override
    public void start(BundleContext context) {
        Dictionary<String, String> headers = context.getBundle().getHeaders();
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(Device.NAME, headers.get("Test-Name"));
        properties.put(Device.MACHINE, headers.get("Test-Machine"));
        context.registerService(
                Device.class,
                new Scratch(
                        Integer.decode(headers.get("Test-Port")),
                        headers.get("Test-Fault"),
                        Integer.parseInt(headers.get("Test-State"))),
                properties);
    }

    @Override
    public void stop(BundleContext context) {}
}
