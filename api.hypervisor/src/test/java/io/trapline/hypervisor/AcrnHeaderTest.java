package io.trapline.hypervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The slot's fields are where the C compiler puts them, by the installed linux/acrn.h. */
class AcrnHeaderTest {
    private static final String PROBE =
            """
            #include <stddef.h>
            #include <stdio.h>
            #include <string.h>
            #include <linux/acrn.h>

            static struct acrn_io_request slot;

            static void show(const char *name, long value) { printf("%s %ld\\n", name, value); }

            #define AT(name, field) show(name, offsetof(struct acrn_io_request, field))
            #define LONG(name, field) show(name ".length", sizeof(slot.field))
            #define FIELD(name, field) AT(name, field); LONG(name, field)

            int main(void)
            {
                FIELD("type", type);
                FIELD("completionPolling", completion_polling);
                FIELD("direction", reqs.pio_request.direction);
                FIELD("address", reqs.mmio_request.address);
                FIELD("size", reqs.mmio_request.size);
                FIELD("value", reqs.mmio_request.value);
                show("portDirection", offsetof(struct acrn_io_request, reqs.pio_request.direction));
                show("memoryDirection", offsetof(struct acrn_io_request, reqs.mmio_request.direction));
                show("pciDirection", offsetof(struct acrn_io_request, reqs.pci_request.direction));
                show("portAddress", offsetof(struct acrn_io_request, reqs.pio_request.address));
                show("portSize", offsetof(struct acrn_io_request, reqs.pio_request.size));
                show("pciSize", offsetof(struct acrn_io_request, reqs.pci_request.size));
                show("portValue", offsetof(struct acrn_io_request, reqs.pio_request.value));
                show("portValue.length", sizeof(slot.reqs.pio_request.value));
                show("pciValue", offsetof(struct acrn_io_request, reqs.pci_request.value));
                show("pciValue.length", sizeof(slot.reqs.pci_request.value));
                FIELD("pciBus", reqs.pci_request.bus);
                FIELD("pciDevice", reqs.pci_request.dev);
                FIELD("pciFunction", reqs.pci_request.func);
                FIELD("pciRegister", reqs.pci_request.reg);
                FIELD("kernelHandled", kernel_handled);
                FIELD("state", processed);
                show("LENGTH", sizeof(slot));
                show("COUNT", ACRN_IO_REQUEST_MAX);
                show("PENDING", ACRN_IOREQ_STATE_PENDING);
                show("COMPLETE", ACRN_IOREQ_STATE_COMPLETE);
                show("PROCESSING", ACRN_IOREQ_STATE_PROCESSING);
                show("FREE", ACRN_IOREQ_STATE_FREE);
                show("PORTIO", ACRN_IOREQ_TYPE_PORTIO);
                show("MMIO", ACRN_IOREQ_TYPE_MMIO);
                show("PCICFG", ACRN_IOREQ_TYPE_PCICFG);
                show("READ", ACRN_IOREQ_DIR_READ);
                show("WRITE", ACRN_IOREQ_DIR_WRITE);
                return 0;
            }
            """;

    @TempDir Path folder;

    private final ByteBuffer page =
            ByteBuffer.allocateDirect(IoRequestSlot.PAGE_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    private final IoRequestSlot slot = new IoRequestSlot(page, 0);

    @Test
    void agreesWithOurView() throws Exception {
        Map<String, Long> c = offsets();
        Map<String, Long> ours = new TreeMap<>();

        fieldsOf(ours);
        constants(ours);

        assertEquals(new TreeMap<>(c), ours);
    }

    /** Where each of our accessors writes, found by writing. */
    private void fieldsOf(Map<String, Long> ours) {
        put(ours, "type", () -> slot.request(-1, 0, 0, 0, 0));
        put(ours, "completionPolling", () -> slot.completionPolling(true));
        put(ours, "direction", () -> slot.request(0, -1, 0, 0, 0));
        put(ours, "address", () -> slot.request(0, 0, -1L, 0, 0));
        put(ours, "size", () -> slot.request(0, 0, 0, -1, 0));
        put(ours, "kernelHandled", () -> slot.kernelHandled(true));
        put(ours, "state", () -> slot.state(-1));
        put(ours, "pciBus", () -> pci(0, -1, 0, 0, 0, 0, 0));
        put(ours, "pciDevice", () -> pci(0, 0, -1, 0, 0, 0, 0));
        put(ours, "pciFunction", () -> pci(0, 0, 0, -1, 0, 0, 0));
        put(ours, "pciRegister", () -> pci(0, 0, 0, 0, -1, 0, 0));
        Map<String, Long> twice = new TreeMap<>();
        put(twice, "pciDirection", () -> pci(-1, 0, 0, 0, 0, 0, 0));
        put(twice, "pciSize", () -> pci(0, 0, 0, 0, 0, -1, 0));
        ours.put("pciDirection", twice.get("pciDirection"));
        ours.put("pciSize", twice.get("pciSize"));
        ours.put("portDirection", ours.get("direction"));
        ours.put("memoryDirection", ours.get("direction"));
        ours.put("portAddress", ours.get("address"));
        ours.put("portSize", ours.get("size"));
        answer(ours, "value", IoRequestSlot.MMIO);
        answer(ours, "portValue", IoRequestSlot.PORTIO);
        answer(ours, "pciValue", IoRequestSlot.PCICFG);
    }

    private void pci(int direction, int bus, int device, int function, int reg, int size, int v) {
        slot.pciRequest(direction, bus, device, function, reg, size, v);
        page.putInt(0, 0); // the type is not what is looked for
    }

    private void answer(Map<String, Long> ours, String name, int type) {
        put(
                ours,
                name,
                () -> {
                    page.putInt(0, type);
                    slot.value(-1L);
                    page.putInt(0, 0);
                });
    }

    private void put(Map<String, Long> ours, String name, Runnable write) {
        for (int i = 0; i < IoRequestSlot.LENGTH; i++) {
            page.put(i, (byte) 0);
        }
        write.run();
        long first = -1;
        long length = 0;
        for (int i = 0; i < IoRequestSlot.LENGTH; i++) {
            if (page.get(i) != 0) {
                first = first < 0 ? i : first;
                length = i - first + 1;
            }
        }
        ours.put(name, first);
        if (length > 1) {
            ours.put(name + ".length", length);
        } else { // a flag: one of four bytes
            ours.put(name + ".length", 4L);
        }
    }

    private static void constants(Map<String, Long> ours) {
        ours.put("LENGTH", (long) IoRequestSlot.LENGTH);
        ours.put("COUNT", (long) IoRequestSlot.COUNT);
        ours.put("PENDING", (long) IoRequestSlot.PENDING);
        ours.put("COMPLETE", (long) IoRequestSlot.COMPLETE);
        ours.put("PROCESSING", (long) IoRequestSlot.PROCESSING);
        ours.put("FREE", (long) IoRequestSlot.FREE);
        ours.put("PORTIO", (long) IoRequestSlot.PORTIO);
        ours.put("MMIO", (long) IoRequestSlot.MMIO);
        ours.put("PCICFG", (long) IoRequestSlot.PCICFG);
        ours.put("READ", (long) IoRequestSlot.READ);
        ours.put("WRITE", (long) IoRequestSlot.WRITE);
    }

    /** Compiles the probe and reads what it prints. */
    private Map<String, Long> offsets() throws IOException, InterruptedException {
        Path source = folder.resolve("probe.c");
        Path probe = folder.resolve("probe");
        Files.writeString(source, PROBE);
        String built;
        try {
            built = run("gcc", "-Wall", "-o", probe.toString(), source.toString());
        } catch (IOException e) {
            built = e.getMessage();
        }
        if (!Files.isExecutable(probe)) {
            String why = "gcc and linux/acrn.h (linux-libc-dev) are needed: " + built;
            if ("true".equals(System.getenv("TRAPLINE_REQUIRE_ALL"))) {
                fail(why + " (TRAPLINE_REQUIRE_ALL=true)");
            }
            System.err.println("SKIPPED: the slot is not compared with the C header: " + why);
            assumeTrue(false, why);
        }
        Map<String, Long> offsets = new TreeMap<>();
        for (String line : run(probe.toString()).split("\n")) {
            String[] words = line.split(" ");
            offsets.put(words[0], Long.parseLong(words[1]));
        }
        return offsets;
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        process.waitFor();
        return out;
    }
}
