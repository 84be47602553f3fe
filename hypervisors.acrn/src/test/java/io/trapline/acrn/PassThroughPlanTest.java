package io.trapline.acrn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.acrn.Hsm.acrn_mmiodev;
import io.trapline.acrn.Hsm.acrn_pcidev;
import io.trapline.acrn.Hsm.acrn_ptdev_irq;
import io.trapline.acrn.Hsm.acrn_vdev;
import io.trapline.hypervisor.RamRange;
import io.trapline.hypervisor.VmShape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** linux/acrn.h: what each entry of {@code pci}, {@code mmio} and {@code vdev} makes of the structures. */
class PassThroughPlanTest {
    private static final List<RamRange> RAM =
            List.of(
                    new RamRange(0, 64L << 20, List.of()),
                    new RamRange(4L << 30, 1L << 30, List.of()));

    private final List<String> calls = new ArrayList<>();
    private final List<ByteBuffer> structures = new ArrayList<>();
    private Ioctl refused;

    @TempDir Path functions;

    private static PassThroughPlan plan(Path functions, String key, String... entries) {
        Map<String, String> options = Map.of(key, String.join("\n", entries));
        return PassThroughPlan.of(new VmShape("one", 4 << 20, 1, options), functions);
    }

    private PassThrough prepared(String key, String... entries) throws IOException {
        PassThrough.Call hsm =
                (ioctl, structure, arguments) -> {
                    calls.add(ioctl + "(" + arguments + ")");
                    structures.add(structure.bytes);
                    if (ioctl == refused) {
                        throw new IOException(ioctl + " is refused");
                    }
                };
        return plan(functions, key, entries).prepare(hsm, new Complaints(), RAM);
    }

    private String refusal(String key, String entry) {
        return assertThrows(IllegalArgumentException.class, () -> plan(functions, key, entry))
                .getMessage();
    }

    private String impossible(String key, String... entries) {
        return assertThrows(IOException.class, () -> prepared(key, entries)).getMessage();
    }

    private static ByteBuffer structure(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void assertSame(ByteBuffer wanted, ByteBuffer actual) {
        byte[] bytes = new byte[actual.capacity()];
        actual.get(0, bytes);
        assertArrayEquals(wanted.array(), bytes);
    }

    @Test
    void givesAFunctionWithMsiWithoutItsPin() throws Exception {
        FunctionFolder card = new FunctionFolder(functions, "3a:1f.2").boundTo("vfio-pci");

        prepared("pci", "01:05.7 = 3A:1f.2 , quirk").give();

        assertEquals(List.of("ASSIGN_PCIDEV(3a:1f.2 as 01:05.7, quirk)"), calls);
        ByteBuffer wanted = structure(acrn_pcidev.SIZEOF);
        wanted.putInt(acrn_pcidev.type, Hsm.ACRN_PTDEV_QUIRK_ASSIGN);
        wanted.putShort(acrn_pcidev.virt_bdf, (short) 0x012F);
        wanted.putShort(acrn_pcidev.phys_bdf, (short) 0x3AFA);
        wanted.putInt(acrn_pcidev.bar, FunctionFolder.BAR0);
        wanted.putInt(acrn_pcidev.bar + 8, FunctionFolder.BAR2_LOW);
        wanted.putInt(acrn_pcidev.bar + 12, FunctionFolder.BAR2_HIGH);
        wanted.putInt(acrn_pcidev.bar + 16, FunctionFolder.BAR4);
        assertSame(wanted, structures.get(0));
        assertTrue(card.wasReset());
    }

    @ParameterizedTest(name = "{0}: GSI {2}")
    @CsvSource({
        "'5.0=14.0', true, 16",
        "'5.0=14.0,intx', false, 16",
        "'5.0=14.0,intx=23', false, 23"
    })
    void wiresThePin(String entry, boolean withoutMsi, int gsi) throws Exception {
        FunctionFolder card = new FunctionFolder(functions, "00:14.0");
        if (withoutMsi) {
            card.withoutMsi();
        }

        prepared("pci", entry).give();

        assertEquals(
                List.of(
                        "ASSIGN_PCIDEV(00:14.0 as 00:05.0)",
                        "SET_PTDEV_INTR(INTx of 00:14.0 as 00:05.0, GSI 16 as " + gsi + ")"),
                calls);
        assertEquals(gsi, structures.get(0).get(acrn_pcidev.intr_line));
        assertEquals(1, structures.get(0).get(acrn_pcidev.intr_pin));
        ByteBuffer wanted = structure(acrn_ptdev_irq.SIZEOF);
        wanted.putInt(acrn_ptdev_irq.type, Hsm.ACRN_PTDEV_IRQ_INTX);
        wanted.putShort(acrn_ptdev_irq.virt_bdf, (short) 0x28);
        wanted.putShort(acrn_ptdev_irq.phys_bdf, (short) 0xA0);
        wanted.putInt(acrn_ptdev_irq.intx__virt_pin, gsi);
        wanted.putInt(acrn_ptdev_irq.intx__phys_pin, 16);
        assertSame(wanted, structures.get(1));
    }

    @Test
    void leavesThePinOutIfTold() throws Exception {
        new FunctionFolder(functions, "00:14.0").withoutMsi().write(64);

        prepared("pci", "5.0=14.0,msi").give();

        assertEquals(1, calls.size());
        assertEquals(0, structures.get(0).getShort(acrn_pcidev.intr_line));
    }

    @Test
    void mapsMemory() throws Exception {
        prepared("mmio", "MSFT0101@0xFED40000=0xFED45000+0x5000, 0x100000000000=0x1000+0x2000")
                .give();

        assertEquals(
                List.of(
                        "ASSIGN_MMIODEV(MSFT0101: 0xfed45000 as 0xfed40000, 0x5000 bytes;"
                                + " 0x1000 as 0x100000000000, 0x2000 bytes)"),
                calls);
        ByteBuffer wanted = structure(acrn_mmiodev.SIZEOF);
        wanted.put(acrn_mmiodev.name, "MSFT0101".getBytes(StandardCharsets.US_ASCII));
        wanted.putLong(acrn_mmiodev.res___0__user_vm_pa, 0xFED4_0000L);
        wanted.putLong(acrn_mmiodev.res___0__service_vm_pa, 0xFED4_5000L);
        wanted.putLong(acrn_mmiodev.res___0__size, 0x5000);
        wanted.putLong(acrn_mmiodev.res___1__user_vm_pa, 0x1000_0000_0000L);
        wanted.putLong(acrn_mmiodev.res___1__user_vm_pa + 8, 0x1000);
        wanted.putLong(acrn_mmiodev.res___1__user_vm_pa + 16, 0x2000);
        assertSame(wanted, structures.get(0));
    }

    @Test
    void createsWhatTheHypervisorEmulates() throws Exception {
        prepared(
                        "vdev",
                        "1af4:1110@00:06.0,bar0=0xDF000000+0x100,bar5=0xFFFFFFFF,args=hv:/a, b=c",
                        "legacy:7@12,args=0x00ff10")
                .give();

        assertEquals(List.of("CREATE_VDEV(1af4:1110@00:06.0)", "CREATE_VDEV(legacy:7@12)"), calls);
        ByteBuffer wanted = structure(acrn_vdev.SIZEOF);
        wanted.putShort(acrn_vdev.id__fields__vendor, (short) 0x1AF4);
        wanted.putShort(acrn_vdev.id__fields__device, (short) 0x1110);
        wanted.putLong(acrn_vdev.slot, 0x30);
        wanted.putInt(acrn_vdev.io_addr, 0xDF00_0000).putInt(acrn_vdev.io_size, 0x100);
        wanted.putInt(acrn_vdev.io_addr + 20, -1);
        wanted.put(acrn_vdev.args, "hv:/a, b=c".getBytes(StandardCharsets.UTF_8));
        assertSame(wanted, structures.get(0));
        wanted = structure(acrn_vdev.SIZEOF);
        wanted.putInt(acrn_vdev.id__fields__legacy_id, 7);
        wanted.putLong(acrn_vdev.slot, 12);
        wanted.put(acrn_vdev.args, new byte[] {0, -1, 0x10});
        assertSame(wanted, structures.get(1));
    }

    @Test
    void takesBackInReverseOrder() throws Exception {
        FunctionFolder card = new FunctionFolder(functions, "00:14.0").withoutMsi();
        PassThrough passThrough = prepared("pci", "5.0=14.0");
        passThrough.give();
        List<ByteBuffer> given = List.copyOf(structures);
        Files.writeString(card.folder.resolve("reset"), "");

        refused = Ioctl.RESET_PTDEV_INTR; // which is told, and the next taken
        passThrough.takeBack();
        passThrough.takeBack();

        assertEquals(
                List.of(
                        "RESET_PTDEV_INTR(INTx of 00:14.0 as 00:05.0, GSI 16 as 16)",
                        "DEASSIGN_PCIDEV(00:14.0 as 00:05.0)"),
                calls.subList(2, calls.size()));
        assertEquals(List.of(given.get(1), given.get(0)), structures.subList(2, 4));
        assertTrue(card.wasReset());
    }

    @Test
    void givesAllOrNothing() throws Exception {
        new FunctionFolder(functions, "00:14.0").withoutMsi();
        PassThrough passThrough = prepared("pci", "5.0=14.0");
        refused = Ioctl.SET_PTDEV_INTR;

        assertEquals(
                "SET_PTDEV_INTR is refused",
                assertThrows(IOException.class, passThrough::give).getMessage());
        assertEquals("DEASSIGN_PCIDEV(00:14.0 as 00:05.0)", calls.get(2));
        assertEquals(3, calls.size());
    }

    @Test
    void isEmptyByDefault() throws Exception {
        assertTrue(prepared("pci", "").isEmpty());
        new FunctionFolder(functions, "00:14.0");
        assertFalse(prepared("pci", "5.0=14.0").isEmpty());
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "pci  | 5.0                     | VIRTUAL=PHYSICAL[,quirk][,msi|,intx[=GSI]]",
                "pci  | 5.8=14.0                | hexadecimal, such as 00:14.0, in place of 5.8",
                "pci  | 5.0=20.0                | in place of 20.0",
                "pci  | 5.0=0:14                | in place of 0:14",
                "pci  | 5.0=14.0,quick          | quirk, msi, intx or intx=GSI in place of quick",
                "pci  | 5.0=14.0,intx=48        | a GSI below 48",
                "mmio | 0xFED40000=0x0+0x1000   | NAME@GUEST=HOST+SIZE with at most three ranges",
                "mmio | NINELETTE@0x1000=0x0+0x1000 | NAME@GUEST=HOST+SIZE",
                "mmio | A@1000=0x0+0x1000       | NAME@GUEST=HOST+SIZE",
                "mmio | A@0x1000=0x0+0x0        | whole pages of 0x1000 in place of 0x0",
                "mmio | A@0x1800=0x0+0x1000     | whole pages of 0x1000 in place of 0x1800",
                "mmio | A@0x0=0x0+0x1000,0x0=0x0+0x1000,0x0=0x0+0x1000,0x0=0x0+0x1000 | at most three",
                "vdev | 1af4:1110               | VENDOR:DEVICE@FUNCTION or legacy:N@SLOT",
                "vdev | 1af4:1110@20.0          | in place of 20.0",
                "vdev | legacy:7@00:06.0        | VENDOR:DEVICE@FUNCTION or legacy:N@SLOT",
                "vdev | 1af4:1110@6.0,bar6=0x0  | [,barI=0xVALUE[+0xSIZE]]",
                "vdev | 1af4:1110@6.0,args=0x0  | args=0x with two digits a byte",
            })
    void refusesWhatMakesNoSense(String key, String entry, String wanted) {
        String message = refusal(key, entry);

        assertTrue(message.startsWith("machine one: " + key + "=" + entry + ", wanted "), message);
        assertTrue(message.contains(wanted), message);
    }

    @Test
    void refusesArgumentsThatAreTooLong() {
        assertTrue(
                refusal("vdev", "legacy:1@0,args=" + "x".repeat(128))
                        .endsWith("wanted at most 127 bytes of args, in place of 128"));
    }

    @Test
    void refusesWhatIsGivenTwice() {
        String once = ", wanted each function once, in pci and vdev together";
        assertEquals("machine one: pci=00:14.0" + once, refusal("pci", "5.0=14.0\n6.0=14.0"));
        assertEquals("machine one: pci=00:05.0" + once, refusal("pci", "5.0=14.0\n5.0=15.0"));
        VmShape both =
                new VmShape("one", 4 << 20, 1, Map.of("pci", "6.0=14.0", "vdev", "0001:0002@6.0"));
        assertThrows(IllegalArgumentException.class, () -> PassThroughPlan.of(both, functions));
    }

    @Test
    void saysWhereItLookedForAFunction() {
        String message = impossible("pci", "5.0=14.0");

        assertTrue(
                message.startsWith(functions + "/0000:00:14.0/config: no such function"), message);
        assertTrue(
                message.contains("/0000:00:14.0/driver_override; echo 0000:00:14.0 > "), message);
    }

    @Test
    void leavesAFunctionToItsDriver() throws Exception {
        new FunctionFolder(functions, "00:14.0").boundTo("e1000e");

        String message = impossible("pci", "5.0=14.0");
        assertTrue(
                message.contains(
                        "0000:00:14.0: the driver e1000e has it; bind it to pci-stub, as root:"),
                message);
    }

    @Test
    void refusesFunctionsThatCannotWork() throws Exception {
        FunctionFolder card = new FunctionFolder(functions, "00:14.0");
        assertTrue(impossible("pci", "5.0=14.0", "6.0=15.0").contains("0000:00:15.0/config"));

        card.write(64);
        assertTrue(impossible("pci", "5.0=14.0").contains("only root sees whether it has MSI"));
        card.configuration.put(0x3C, (byte) 255);
        card.write(256);
        assertTrue(impossible("pci", "5.0=14.0,intx").contains("its interrupt line is 255"));
        card.configuration.put(0x3C, (byte) 99);
        card.write(256);
        assertTrue(impossible("pci", "5.0=14.0,intx").endsWith("say pci=...,msi or ,intx=GSI"));
        card.configuration.put(0x3D, (byte) 0);
        card.write(256);
        assertTrue(impossible("pci", "5.0=14.0,intx").contains("has no interrupt pin"));
        card.configuration.put(0x0E, (byte) 0x81);
        card.write(256);
        assertTrue(
                impossible("pci", "5.0=14.0")
                        .endsWith("is a bridge, which cannot be passed through"));
        card.configuration.putInt(0, -1);
        card.write(256);
        assertTrue(impossible("pci", "5.0=14.0").contains("the function does not answer"));
    }

    @Test
    void refusesWhatWouldBeAtTheGuestsRam() throws Exception {
        FunctionFolder card = new FunctionFolder(functions, "00:14.0");
        card.configuration.putInt(0x1C, 1); // BAR 2 at 4 GiB
        card.write(256);
        assertEquals(
                "BAR 2 of 00:14.0 at 0x100000000 is inside the guest's RAM, 0x100000000 to 0x13fffffff;"
                        + " change memory",
                impossible("pci", "5.0=14.0"));
        assertTrue(
                impossible("mmio", "A@0xFFFFF000=0xFED40000+0x2000")
                        .startsWith("mmio=A at 0xfffff000 is inside the guest's RAM"));
    }
}
