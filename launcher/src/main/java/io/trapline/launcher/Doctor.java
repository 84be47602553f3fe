package io.trapline.launcher;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code trapline doctor}. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description =
                "Looks for backends, rights and tools, and says what to do about what is missing.",
        footer = {
            "",
            "Exit status: 0 if a hypervisor (acrn or kvm) is ready, 1 if only the simulator is;",
            "with --backend: 0 if that one is ready, 1 if not."
        })
final class Doctor implements Callable<Integer> {
    @Option(
            names = "--backend",
            paramLabel = "NAME",
            defaultValue = "auto",
            description = "only this one matters: ${COMPLETION-CANDIDATES}")
    private Backend backend;

    @Override
    public Integer call() throws BadInput, InterruptedException {
        Layout layout = Layout.find();
        List<Path> bundles =
                layout.bundlesBut(
                        "demo", "org.apache.felix.fileinstall", Qtest.BUNDLE, Qtest.METATYPE);
        return new Session("doctor", bundles, Map.of("trapline.backend", backend.toString()), null)
                .perform();
    }
}
