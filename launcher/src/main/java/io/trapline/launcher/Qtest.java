package io.trapline.launcher;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code trapline qtest}: what follows is for the bundle that serves the port. */
@Command(
        name = "qtest",
        description =
                "Serves a machine to a client of QEMU's qtest protocol, who makes its accesses.",
        footer = {
            "",
            "Takes QEMU's options; docs/qtest.md says which. trapline-system-x86_64 is this command",
            "under a name that clients accept. Exit status: 0 if the client or SIGTERM ended it; 1: the",
            "machine could not be made, or the client not be reached; 2: a mistake in an option."
        })
final class Qtest implements Callable<Integer> {
    /** The bundle that does it. */
    static final String BUNDLE = "testport.qtest";

    /** What that bundle alone wants: it knows what configurations may say. */
    static final String METATYPE = "org.apache.felix.metatype";

    /** What a machine without a console and without other backends has no use for: it starts the sooner. */
    private static final String[] NOT_WANTED = {
        "demo",
        "shell",
        "guest",
        "hypervisors.",
        "jline",
        "org.apache.felix.gogo",
        "org.apache.felix.fileinstall",
        "org.apache.felix.configurator",
        "org.apache.felix.cm.json"
    };

    @Parameters(paramLabel = "ARGUMENT", arity = "0..*", description = "as QEMU takes them")
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws BadInput, InterruptedException {
        Layout layout = Layout.find();
        List<Path> bundles = new ArrayList<>(layout.bundlesBut(NOT_WANTED));
        bundles.addAll(layout.jars("devices"));
        // No argument of a process has a NUL in it.
        String joined = arguments.stream().map(a -> a + "\0").collect(Collectors.joining());
        return new Session("qtest", bundles, Map.of("trapline.qtest.arguments", joined), null)
                .performUntilSignalled();
    }
}
