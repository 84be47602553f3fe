package io.trapline.launcher;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code trapline demo}. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description =
                "Installs, moves, updates and removes a UART under a running guest, and checks each step.",
        footer = {"", "Exit status: 0 if all steps went as they should, 1 if one did not."})
final class Demo implements Callable<Integer> {
    @Option(
            names = "--backend",
            paramLabel = "NAME",
            defaultValue = "auto",
            description =
                    "what stands below: ${COMPLETION-CANDIDATES} (auto: acrn, else kvm, else sim)")
    private Backend backend;

    @Override
    public Integer call() throws BadInput, InterruptedException {
        Layout layout = Layout.find();
        List<Path> bundles =
                layout.bundlesBut("org.apache.felix.fileinstall", Qtest.BUNDLE, Qtest.METATYPE);

        Map<String, Object> uart = new TreeMap<>();
        uart.put("port", 0x3F8L);
        uart.put("irq", 4L);
        uart.put("chardev", "service:demo");
        Configuration configuration =
                Configuration.empty()
                        .put("machine~main", Map.of("backend", backend.toString()))
                        .put("devices.uart~com1", uart);
        configuration.images(layout.testGuest());

        Map<String, String> properties = new HashMap<>();
        properties.put("configurator.initial", configuration.toJson());
        properties.put("trapline.machines", "main");
        properties.put("trapline.demo.uart", layout.jar("devices", "devices.uart").toString());
        return new Session("demo", bundles, properties, null).perform();
    }
}
