package io.trapline.it;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.osgi.framework.Constants;

/** Builds bundles with a device in them: real jars, each with classes of its own. */
record DeviceBundle(
        String name,
        String machine,
        int port,
        String version,
        String fault,
        int state,
        String imports) {
    private static final String[] CLASSES = {"Activator", "Scratch", "Scratch$Upper"};
    private static final String PACKAGE = "io/trapline/it/device/";

    DeviceBundle(String name, String machine, int port) {
        this(
                name,
                machine,
                port,
                "1.0.0",
                "none",
                1,
                "io.trapline.device;version=\"[1.0,2)\",org.osgi.framework");
    }

    DeviceBundle version(String other) {
        return new DeviceBundle(name, machine, port, other, fault, state, imports);
    }

    /** {@code install}: throws half-way; {@code read}: throws at each read of the first claim. */
    DeviceBundle fault(String other) {
        return new DeviceBundle(name, machine, port, version, other, state, imports);
    }

    /** The version of the state that it writes and the only one that it reads. */
    DeviceBundle state(int other) {
        return new DeviceBundle(name, machine, port, version, fault, other, imports);
    }

    DeviceBundle alsoImports(String packageName) {
        return new DeviceBundle(
                name, machine, port, version, fault, state, imports + "," + packageName);
    }

    String symbolicName() {
        return "it." + machine + "." + name;
    }

    InputStream jar() {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
        main.putValue(Constants.BUNDLE_SYMBOLICNAME, symbolicName());
        main.putValue(Constants.BUNDLE_VERSION, version);
        main.putValue(Constants.BUNDLE_ACTIVATOR, "io.trapline.it.device.Activator");
        main.putValue(Constants.IMPORT_PACKAGE, imports);
        main.putValue("Test-Name", name);
        main.putValue("Test-Machine", machine);
        main.putValue("Test-Port", Integer.toString(port));
        main.putValue("Test-Fault", fault);
        main.putValue("Test-State", Integer.toString(state));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarOutputStream jar = new JarOutputStream(bytes, manifest)) {
            for (String name : CLASSES) {
                String entry = PACKAGE + name + ".class";
                jar.putNextEntry(new JarEntry(entry));
                try (InputStream in = DeviceBundle.class.getResourceAsStream("/" + entry)) {
                    in.transferTo(jar);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new ByteArrayInputStream(bytes.toByteArray());
    }
}
