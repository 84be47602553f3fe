package io.trapline.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.trapline.machine.InspectedNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** A configuration {@code devices.virtioblk~NAME} makes a disk; its limits are a configuration of their own. */
class DiskTest {
    private static final String DISK = "devices.virtioblk";
    private static final String LIMITS = "devices.virtioblk.limits";
    private static final String OPERATIONS = "operations a second";

    private final MachineFixture fixture = new MachineFixture();
    private Path image;

    @BeforeEach
    void start() throws Exception {
        fixture.simulated("m");
        image = Files.write(fixture.file("disk.img"), new byte[1 << 20]);
    }

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    private Map<String, Object> settings(Object... more) {
        Hashtable<String, Object> settings = new Hashtable<>();
        settings.putAll(Map.of("machine", "m", "name", "disk", "image", image.toString()));
        for (int i = 0; i < more.length; i += 2) {
            settings.put((String) more[i], more[i + 1]);
        }
        return settings;
    }

    private void awaitServing(int swaps) throws Exception {
        fixture.awaitServing("m", "disk", swaps);
    }

    private String shown(String name) {
        return find(fixture.machine("m").inspect("disk"), name);
    }

    private static String find(InspectedNode node, String name) {
        if (node.name().equals(name)) {
            return node.value();
        }
        return node.children().stream()
                .map(child -> find(child, name))
                .filter(value -> value != null)
                .findFirst()
                .orElse(null);
    }

    private void awaitLimit(String operations) throws Exception {
        fixture.await("a limit of " + operations, () -> operations.equals(shown(OPERATIONS)));
    }

    /** One that the test deletes itself. */
    private static Configuration limits() throws Exception {
        BundleContext context = FrameworkUtil.getBundle(DiskTest.class).getBundleContext();
        return context.getService(context.getServiceReference(ConfigurationAdmin.class))
                .getFactoryConfiguration(LIMITS, "deleted", "?");
    }

    @Test
    void hasLimitsThatComeChangeAndGoWhileItRuns() throws Exception {
        fixture.configure(DISK, "disk", settings());
        awaitServing(0);
        awaitLimit("0");
        Configuration limits = limits();
        limits.update(new Hashtable<>(Map.of("machine", "m", "name", "disk", "iops", 7)));
        awaitLimit("7");
        limits.update(new Hashtable<>(Map.of("machine", "m", "name", "disk", "iops", 11)));
        awaitLimit("11");
        limits.update(new Hashtable<>(Map.of("machine", "m", "name", "other", "iops", 11)));
        awaitLimit("0");
        limits.update(new Hashtable<>(Map.of("machine", "m", "name", "disk", "iops", 12)));
        awaitLimit("12");
        limits.delete();
        awaitLimit("0");
        assertEquals(0, fixture.device("m", "disk").swaps());
    }

    @Test
    void changesItsSizeAndKeepsItsImageAndLimits() throws Exception {
        fixture.configure(LIMITS, "disk", Map.of("machine", "m", "iops", 5));
        Configuration disk = fixture.configure(DISK, "disk", settings());
        awaitServing(0);
        awaitLimit("5");
        disk.update(new Hashtable<>(settings("size", 4L << 20)));
        awaitServing(1);
        assertEquals(4 << 20, Files.size(image));
        awaitLimit("5");
        disk.update(new Hashtable<>(settings("size", 1L << 20, "direct", true)));
        awaitServing(2);
        assertEquals(1 << 20, Files.size(image));
    }
}
