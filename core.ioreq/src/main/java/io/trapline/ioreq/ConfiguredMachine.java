package io.trapline.ioreq;

import io.trapline.hypervisor.CpuMode;
import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.machine.Machines;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** One configuration {@code machine~NAME}: one machine, made and ended by {@link MachineRegistry}. */
@Component(
        service = ConfiguredMachine.class,
        configurationPid = Machines.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = ConfiguredMachine.Config.class, factory = true)
public final class ConfiguredMachine {
    private static final List<String> BACKENDS = List.of("auto", "acrn", "kvm", "sim", "qtest");
    private static final long MIB = 1L << 20;

    @ObjectClassDefinition(name = "Machine", description = "one User VM")
    @interface Config {
        @AttributeDefinition(
                description = "the machine's name; empty: what follows ~ in the PID",
                required = false)
        String name() default "";

        @AttributeDefinition(
                description = "auto takes the first of acrn, kvm and sim that works",
                options = {
                    @Option(label = "auto", value = "auto"),
                    @Option(label = "acrn", value = "acrn"),
                    @Option(label = "kvm", value = "kvm"),
                    @Option(label = "sim", value = "sim"),
                    @Option(label = "qtest", value = "qtest")
                })
        String backend() default "auto";

        @AttributeDefinition(
                description = "RAM: a number with M or G, in MiB without; a multiple of 2 MiB")
        String memory() default "64M";

        @AttributeDefinition(description = "number of vCPUs, 1 to 16")
        int vcpus() default 1;

        @AttributeDefinition(
                description = "path of a flat binary or an ELF executable; not for sim",
                required = false)
        String image() default "";

        @AttributeDefinition(description = "guest-physical address of a flat image")
        long address() default 0x10000;

        @AttributeDefinition(
                description = "how the boot processor starts; auto: as the image is made",
                options = {
                    @Option(label = "auto", value = "auto"),
                    @Option(label = "real", value = "real"),
                    @Option(label = "protected", value = "protected"),
                    @Option(label = "long", value = "long")
                })
        String mode() default "auto";

        @AttributeDefinition(description = "name of the scripted guest that sim runs")
        String guest() default "monitor";

        @AttributeDefinition(
                description = "acrn, sim: the hypervisor polls for completion and is not notified")
        boolean polling() default false;

        @AttributeDefinition(
                description =
                        "acrn: what the hypervisor's configuration calls it, at most 15 characters, or a UUID;"
                                + " empty: the machine's name",
                required = false)
        String vmname() default "";

        @AttributeDefinition(
                description =
                        "acrn: physical processors, one a vCPU, as 2-3 or 1,3; empty: as the"
                                + " hypervisor's configuration says",
                required = false)
        String affinity() default "";

        @AttributeDefinition(
                description = "acrn: guest flags by name, e.g. rt, or as a number",
                required = false)
        String[] flags() default {};

        @AttributeDefinition(
                description = "acrn: pages behind the guest's memory",
                options = {
                    @Option(label = "off", value = "off"),
                    @Option(label = "2M", value = "2M"),
                    @Option(label = "1G", value = "1G")
                })
        String hugepages() default "off";

        @AttributeDefinition(
                description =
                        "acrn: PCI functions passed through, each VIRTUAL=PHYSICAL, as"
                                + " [bus:]device.function in hexadecimal, e.g. 00:05.0=00:14.0; then"
                                + " ,quirk; ,msi or ,intx or ,intx=GSI: without or with an interrupt"
                                + " pin",
                required = false)
        String[] pci() default {};

        @AttributeDefinition(
                description =
                        "acrn: memory-mapped devices passed through, each NAME@GUEST=HOST+SIZE with"
                                + " up to three ranges, e.g. MSFT0101@0xFED40000=0xFED40000+0x5000",
                required = false)
        String[] mmio() default {};

        @AttributeDefinition(
                description =
                        "acrn: devices that the hypervisor emulates, each VENDOR:DEVICE@FUNCTION or"
                                + " legacy:N@SLOT; then ,barI=0xVALUE+0xSIZE; last ,args=TEXT or"
                                + " ,args=0xBYTES",
                required = false)
        String[] vdev() default {};

        @AttributeDefinition(
                description =
                        "acrn: meets interrupt storms of what is passed through:"
                                + " THRESHOLD/s,PERIOD(s),DELAY(ms),DURATION(ms), e.g. 10000,10,1,100;"
                                + " empty: off",
                required = false)
        String intrmonitor() default "";

        @AttributeDefinition(
                description = "milliseconds that requests wait for a device's successor")
        long hold() default 2000;

        @AttributeDefinition(
                description =
                        "milliseconds that a device may take for one access or task before it is"
                                + " reported as slow; 0: it never is")
        long slow() default 1000;

        @AttributeDefinition(
                description =
                        "milliseconds after which it counts as hung: its access is answered for it,"
                                + " it is quarantined, and the others go on; 0: never")
        long hung() default 5000;

        @AttributeDefinition(
                description =
                        "PCI base address registers hold addresses at power-on, as a firmware leaves"
                                + " them; false: the guest writes them")
        boolean assignbars() default true;
    }

    private final String name;
    private final MachineSpec spec;
    private final String mistake;

    /** Reads the configuration; what is wrong with it is kept for the registry to show. */
    @Activate
    public ConfiguredMachine(Config config, Map<String, Object> properties) {
        name = name(config, properties);
        MachineSpec read = null;
        String wrong = "";
        try {
            read = read(config);
        } catch (IllegalArgumentException e) {
            wrong = e.getMessage();
        }
        spec = read;
        mistake = wrong;
    }

    private static String name(Config config, Map<String, Object> properties) {
        if (!config.name().isBlank()) {
            return config.name();
        }
        String pid = String.valueOf(properties.get("service.pid"));
        return pid.substring(pid.indexOf('~') + 1);
    }

    private MachineSpec read(Config config) {
        if (!BACKENDS.contains(config.backend())) {
            throw wrong("backend", config.backend(), "one of " + BACKENDS);
        }
        Map<String, String> options = new HashMap<>();
        options.put("guest", config.guest());
        options.put("polling", Boolean.toString(config.polling()));
        options.put("vmname", config.vmname());
        options.put("affinity", config.affinity());
        options.put("hugepages", config.hugepages());
        options.put("flags", String.join("\n", config.flags()));
        options.put("pci", String.join("\n", config.pci()));
        options.put("mmio", String.join("\n", config.mmio()));
        options.put("vdev", String.join("\n", config.vdev()));
        options.put("intrmonitor", config.intrmonitor());
        options.values().removeIf(String::isEmpty);
        return new MachineSpec(
                name,
                config.backend(),
                memory(config.memory()),
                vcpus(config.vcpus()),
                image(config.image()),
                config.address(),
                mode(config.mode()),
                options,
                milliseconds("hold", config.hold()),
                milliseconds("slow", config.slow()),
                hung(config),
                config.assignbars());
    }

    private Path image(String path) {
        try {
            return path.isEmpty() ? null : Path.of(path);
        } catch (InvalidPathException e) {
            throw wrong("image", path, "the path of a file");
        }
    }

    private long milliseconds(String key, long milliseconds) {
        if (milliseconds < 0) {
            throw wrong(key, Long.toString(milliseconds), "0 milliseconds or more");
        }
        return TimeUnit.MILLISECONDS.toNanos(milliseconds);
    }

    private long hung(Config config) {
        if (config.hung() > 0 && config.hung() < config.slow()) {
            throw wrong(
                    "hung",
                    Long.toString(config.hung()),
                    "0, or not less than slow=" + config.slow() + " milliseconds");
        }
        return milliseconds("hung", config.hung());
    }

    private int vcpus(int count) {
        if (count < 1 || count > IoRequestSlot.COUNT) {
            throw wrong("vcpus", Integer.toString(count), "1 to " + IoRequestSlot.COUNT);
        }
        return count;
    }

    private long memory(String text) {
        String upper = text.trim().toUpperCase(Locale.ROOT);
        long unit = upper.endsWith("G") ? MIB << 10 : MIB;
        String digits =
                upper.endsWith("G") || upper.endsWith("M")
                        ? upper.substring(0, upper.length() - 1)
                        : upper;
        try {
            long bytes = Math.multiplyExact(Long.parseLong(digits), unit);
            if (bytes >= 2 * MIB && bytes % (2 * MIB) == 0) {
                return bytes;
            }
        } catch (ArithmeticException | NumberFormatException e) {
            // said below, with what would be right
        }
        throw wrong("memory", text, "a multiple of 2 MiB as 64M, 2G or 64 (MiB)");
    }

    private CpuMode mode(String text) {
        return switch (text) {
            case "auto" -> null;
            case "real" -> CpuMode.REAL;
            case "protected" -> CpuMode.PROTECTED;
            case "long" -> CpuMode.LONG;
            default -> throw wrong("mode", text, "auto, real, protected or long");
        };
    }

    private IllegalArgumentException wrong(String key, String value, String wanted) {
        return new IllegalArgumentException(
                "machine " + name + ": " + key + "=" + value + ", wanted " + wanted);
    }

    String name() {
        return name;
    }

    /** How the machine is to be; null if the configuration is wrong. */
    MachineSpec spec() {
        return spec;
    }

    /** What is wrong with the configuration; empty: nothing. */
    String mistake() {
        return mistake;
    }
}
