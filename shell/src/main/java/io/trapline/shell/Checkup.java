package io.trapline.shell;

import io.trapline.machine.BackendRow;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What of the backends, rights and tools is there. */
final class Checkup {
    /** Tools that only tests and measurements want, and who brings them. */
    private static final Map<String, String> TOOLS =
            Map.of(
                    "gcc",
                    "for bench and the guest's source: apt-get install gcc",
                    "qemu-system-x86_64",
                    "for bench: apt-get install qemu-system-x86");

    private final List<BackendRow> backends;

    Checkup(List<BackendRow> backends) {
        this.backends = backends;
    }

    /** Whether machines can be made: with that backend, or with {@code auto} on any real hypervisor. */
    boolean ready(String wanted) {
        return backends.stream()
                .filter(
                        row ->
                                wanted.equals("auto")
                                        ? !row.name().equals("sim")
                                        : row.name().equals(wanted))
                .anyMatch(BackendRow::ready);
    }

    String report() {
        StringBuilder out = new StringBuilder(Tables.print(BackendRow.class, backends));
        for (BackendRow backend : backends) {
            if (!backend.findings().isEmpty()) {
                out.append("\n\n").append(backend.name()).append(":\n");
                out.append(Tables.print(BackendRow.Finding.class, backend.findings()));
            }
        }
        out.append("\n\nthis host:\n").append(Tables.print(BackendRow.Finding.class, host()));
        return out.toString();
    }

    private static List<BackendRow.Finding> host() {
        List<BackendRow.Finding> findings = new ArrayList<>();
        int java = Runtime.version().feature();
        findings.add(
                new BackendRow.Finding(
                        "java",
                        java >= 17,
                        System.getProperty("java.runtime.version"),
                        "install a JDK 17 or later"));
        findings.add(new BackendRow.Finding("user", true, System.getProperty("user.name"), ""));
        findings.add(
                new BackendRow.Finding(
                        "processors",
                        true,
                        Integer.toString(Runtime.getRuntime().availableProcessors()),
                        ""));
        TOOLS.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(tool -> findings.add(tool(tool.getKey(), tool.getValue())));
        return findings;
    }

    private static BackendRow.Finding tool(String name, String remedy) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            Path path = Path.of(folder, name);
            if (Files.isExecutable(path)) {
                return new BackendRow.Finding(name, true, path.toString(), "");
            }
        }
        return new BackendRow.Finding(name, false, "not in PATH", remedy);
    }
}
