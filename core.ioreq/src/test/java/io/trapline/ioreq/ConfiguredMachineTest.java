package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.trapline.hypervisor.CpuMode;
import java.lang.annotation.Annotation;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A machine's configuration: what is wrong is said with its key, its value, and what would be right. */
class ConfiguredMachineTest {
    /** A configuration with defaults but for one key. */
    record Config(Map<String, Object> set) implements ConfiguredMachine.Config {
        @SuppressWarnings("unchecked")
        private <T> T value(String key) {
            Object value = set.get(key);
            try {
                return (T)
                        (value != null
                                ? value
                                : ConfiguredMachine.Config.class
                                        .getDeclaredMethod(key)
                                        .getDefaultValue());
            } catch (NoSuchMethodException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public String name() {
            return value("name");
        }

        @Override
        public String backend() {
            return value("backend");
        }

        @Override
        public boolean assignbars() {
            return value("assignbars");
        }

        @Override
        public String memory() {
            return value("memory");
        }

        @Override
        public int vcpus() {
            return value("vcpus");
        }

        @Override
        public String image() {
            return value("image");
        }

        @Override
        public long address() {
            return value("address");
        }

        @Override
        public String mode() {
            return value("mode");
        }

        @Override
        public String guest() {
            return value("guest");
        }

        @Override
        public boolean polling() {
            return value("polling");
        }

        @Override
        public String vmname() {
            return value("vmname");
        }

        @Override
        public String affinity() {
            return value("affinity");
        }

        @Override
        public String[] flags() {
            return value("flags");
        }

        @Override
        public String hugepages() {
            return value("hugepages");
        }

        @Override
        public String[] pci() {
            return value("pci");
        }

        @Override
        public String[] mmio() {
            return value("mmio");
        }

        @Override
        public String[] vdev() {
            return value("vdev");
        }

        @Override
        public String intrmonitor() {
            return value("intrmonitor");
        }

        @Override
        public long hold() {
            return value("hold");
        }

        @Override
        public long slow() {
            return value("slow");
        }

        @Override
        public long hung() {
            return value("hung");
        }

        @Override
        public Class<? extends Annotation> annotationType() {
            return ConfiguredMachine.Config.class;
        }
    }

    private static ConfiguredMachine machine(String key, Object value) {
        Map<String, Object> set = new HashMap<>();
        set.put(key, value);
        return new ConfiguredMachine(new Config(set), Map.of("service.pid", "machine~lab"));
    }

    @Test
    void hasDefaults() {
        ConfiguredMachine machine = machine("vcpus", 2);

        assertEquals("lab", machine.name());
        assertEquals("", machine.mistake());
        assertEquals("auto", machine.spec().backend());
        assertEquals(64L << 20, machine.spec().memory());
        assertEquals(2, machine.spec().vcpus());
        assertNull(machine.spec().image());
        assertNull(machine.spec().mode());
        assertEquals(TimeUnit.SECONDS.toNanos(2), machine.spec().holdNanos());
        assertEquals(TimeUnit.SECONDS.toNanos(1), machine.spec().slowNanos());
        assertEquals(TimeUnit.SECONDS.toNanos(5), machine.spec().hungNanos());
        assertEquals(
                Map.of("guest", "monitor", "polling", "false", "hugepages", "off"),
                machine.spec().options());
    }

    @Test
    void handsListsOnLineByLine() {
        ConfiguredMachine machine = machine("pci", new String[] {"0:5.0=0:14.0", "0:6.0=0:1f.3"});

        assertEquals("0:5.0=0:14.0\n0:6.0=0:1f.3", machine.spec().options().get("pci"));
    }

    @Test
    void isNamedByItsConfigurationFirst() {
        assertEquals("main", machine("name", "main").name());
    }

    @ParameterizedTest
    @CsvSource({"64M, 64", "64m, 64", "64, 64", "2G, 2048", "' 4M ', 4", "2, 2"})
    void readsMemory(String text, long mebibytes) {
        assertEquals(mebibytes << 20, machine("memory", text).spec().memory());
    }

    @ParameterizedTest
    @CsvSource({
        "memory, 63M",
        "memory, 0",
        "memory, -2M",
        "memory, 64K",
        "memory, lots",
        "memory, M",
        "memory, ''",
        "memory, 99999999999G",
        "memory, 1.5G",
    })
    void refusesMemory(String key, String value) {
        ConfiguredMachine machine = machine(key, value);

        assertNull(machine.spec());
        assertEquals(
                "machine lab: memory="
                        + value
                        + ", wanted a multiple of 2 MiB as 64M, 2G or 64 (MiB)",
                machine.mistake());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | machine lab: vcpus=0, wanted 1 to 16",
                "17 | machine lab: vcpus=17, wanted 1 to 16",
                "-1 | machine lab: vcpus=-1, wanted 1 to 16"
            })
    void refusesVcpus(int vcpus, String mistake) {
        assertEquals(mistake, machine("vcpus", vcpus).mistake());
    }

    @Test
    void refusesABackendAModeAndAHoldThatDoNotExist() {
        assertEquals(
                "machine lab: backend=qemu, wanted one of [auto, acrn, kvm, sim, qtest]",
                machine("backend", "qemu").mistake());
        assertEquals(
                "machine lab: mode=virtual, wanted auto, real, protected or long",
                machine("mode", "virtual").mistake());
        assertEquals(
                "machine lab: hold=-1, wanted 0 milliseconds or more",
                machine("hold", -1L).mistake());
    }

    @Test
    void refusesDeadlinesThatCannotBe() {
        assertEquals(
                "machine lab: slow=-1, wanted 0 milliseconds or more",
                machine("slow", -1L).mistake());
        assertEquals(
                "machine lab: hung=-2, wanted 0 milliseconds or more",
                machine("hung", -2L).mistake());
        assertEquals(
                "machine lab: hung=999, wanted 0, or not less than slow=1000 milliseconds",
                machine("hung", 999L).mistake());
        assertEquals(0, machine("hung", 0L).spec().hungNanos());
        assertEquals(0, machine("slow", 0L).spec().slowNanos());
        assertEquals(1_000_000_000L, machine("hung", 1000L).spec().hungNanos());
    }

    @Test
    void refusesAPathThatIsNone() {
        assertNull(machine("image", "a\0b").spec());
        assertEquals(
                "machine lab: image=a\0b, wanted the path of a file",
                machine("image", "a\0b").mistake());
    }

    @Test
    void keepsWhatOnlyTheSimulatorKnowsFromTheOthers() {
        MachineSpec spec = machine("image", "guest.elf").spec();

        assertEquals(Path.of("guest.elf"), spec.forBackend("kvm", Set.of()).image());
        assertEquals(Map.of(), spec.forBackend("kvm", Set.of()).options());
        assertNull(spec.forBackend("sim", Set.of("guest")).image());
        assertEquals("monitor", spec.forBackend("sim", Set.of("guest")).options().get("guest"));
        assertEquals(CpuMode.LONG, machine("mode", "long").spec().mode());
        assertEquals(CpuMode.REAL, machine("mode", "real").spec().mode());
        assertEquals(CpuMode.PROTECTED, machine("mode", "protected").spec().mode());
    }
}
