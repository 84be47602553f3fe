package io.trapline.architecture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The rooms of this repository, and whom each may import: the arrows of the architecture. */
final class Rooms {
    /** The repository; the build starts a module's tests in the module's folder. */
    static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    private static final String OSGI = "org.osgi.";

    // spotless:off
    /**
     * Room, or family of rooms, and the packages its bundle may import beside the JDK's. A name that ends with a dot
     * stands for everything below it.
     */
    private static final Map<String, Set<String>> MAY_IMPORT = Map.ofEntries(
            //        room             imports
            Map.entry("api.",          Set.of()),
            Map.entry("lib.chardev",   Set.of("com.sun.jna", "com.sun.jna.", OSGI)),
            Map.entry("core.ioreq",    Set.of("io.trapline.device", "io.trapline.hypervisor", "io.trapline.machine",
                                              "org.HdrHistogram", OSGI)),
            Map.entry("lib.virtio",    Set.of("io.trapline.device")),
            Map.entry("devices.",      Set.of("io.trapline.device", "io.trapline.chardev", "io.trapline.virtio")),
            Map.entry("devices.virtio-blk", Set.of("io.trapline.device", "io.trapline.virtio", "io.trapline.linux")),
            Map.entry("lib.linux",     Set.of("com.sun.jna", "com.sun.jna.")),
            Map.entry("hypervisors.",  Set.of("io.trapline.hypervisor", "io.trapline.linux", "com.sun.jna", "com.sun.jna.", OSGI)),
            Map.entry("shell",         Set.of("io.trapline.machine", "org.apache.felix.service.command",
                                              "org.apache.felix.service.", "org.jline.", OSGI)),
            Map.entry("demo",          Set.of("io.trapline.hypervisor", "io.trapline.machine",
                                              "org.apache.felix.service.command", OSGI)),
            Map.entry("testport.",     Set.of("io.trapline.device", "io.trapline.hypervisor", "io.trapline.machine",
                                              "jakarta.json", "jakarta.json.", OSGI)),
            Map.entry("guest",         Set.of()));
    // spotless:on

    /** Rooms that are bundles but no part of the runtime, and rooms that are no bundles. */
    static final Set<String> FREE =
            Set.of(
                    "it",
                    "it.acrn",
                    "oracle",
                    "launcher",
                    "tck",
                    "fuzz",
                    "bench",
                    "stress",
                    "rig",
                    "architecture",
                    "docs",
                    "cnf");

    private Rooms() {}

    /** Every folder at the top of the repository that holds a Maven module. */
    static List<String> all() throws IOException {
        try (Stream<Path> folders = Files.list(ROOT)) {
            return folders.filter(f -> Files.exists(f.resolve("pom.xml")))
                    .map(f -> f.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    /** The rooms whose manifest is judged. */
    static List<String> bundles() throws IOException {
        return all().stream().filter(room -> !FREE.contains(room)).toList();
    }

    /** The row of the table for a room; the longest name wins. Null: the room is not in the table. */
    static Set<String> mayImport(String room) {
        return MAY_IMPORT.entrySet().stream()
                .filter(row -> covers(row.getKey(), room))
                .max((a, b) -> Integer.compare(a.getKey().length(), b.getKey().length()))
                .map(Map.Entry::getValue)
                .orElse(null);
    }

    /** Only contracts and libraries are for others. */
    static boolean mayExport(String room) {
        return room.startsWith("api.") || room.startsWith("lib.");
    }

    /** Whether a name of the table, which may end with a dot, stands for this room or package. */
    static boolean covers(String name, String candidate) {
        return name.endsWith(".") ? candidate.startsWith(name) : candidate.equals(name);
    }
}
