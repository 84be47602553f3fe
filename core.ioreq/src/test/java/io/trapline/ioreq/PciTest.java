package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.device.PciAddress;
import io.trapline.device.PciFunction;
import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.machine.DeviceRow.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PCI Local Bus 3.0, section 3.2.2.3.2: configuration by ports 0xCF8 and 0xCFC, and as ACRN decodes it. */
class PciTest {
    /** Notes what reached it; reads give the register and the width. */
    private static final class Function implements PciFunction {
        final List<String> log = new ArrayList<>();

        @Override
        public PciAddress address() {
            return new PciAddress(0, 4, 1);
        }

        @Override
        public int readConfiguration(int register, int width) {
            log.add("read " + Integer.toHexString(register) + "+" + width);
            assertTrue(register >= 0 && (register & 3) + width <= 4, log::toString);
            return 0xA0B0_0000 | register << 4 | width;
        }

        @Override
        public void writeConfiguration(int register, int width, int value) {
            log.add("write " + Integer.toHexString(register) + "+" + width + "=" + value);
            assertTrue(register >= 0 && (register & 3) + width <= 4, log::toString);
        }
    }

    private static final int SELECT = 0x8000_0000 | 4 << 11 | 1 << 8;

    private final Function function = new Function();
    private TestMachine test;

    @BeforeEach
    void plug() throws Exception {
        test = new TestMachine(1, new ByHand());
        test.plug("nic", new TestDevice(b -> b.pci(function)));
    }

    @AfterEach
    void end() {
        test.close();
    }

    @ParameterizedTest(name = "CONFIG_ADDRESS register {0}, port {1}, {2} bytes: {3}")
    @CsvSource({
        "0x10, 0xCFC, 4, read 10+4",
        "0x10, 0xCFC, 1, read 10+1",
        "0x10, 0xCFE, 2, read 12+2",
        "0x10, 0xCFF, 1, read 13+1",
        "0xFC, 0xCFC, 4, read fc+4",
        "0x13, 0xCFC, 4, read 10+4", // bits 1 and 0 of CONFIG_ADDRESS are reserved, and taken where
        // they fit
        "0x13, 0xCFC, 1, read 13+1",
        "0x12, 0xCFC, 2, read 12+2",
        "0x12, 0xCFE, 2, read 12+2",
        "0x11, 0xCFE, 1, read 13+1",
        "0x12, 0xCFC, 4, read 10+4",
        "0xFF, 0xCFE, 2, read fe+2",
        "0x10, 0xCFD, 2, read 11+2",
    })
    void decodesAReadOfConfigData(String register, String port, int width, String seen) {
        test.vm.out(0xCF8, 4, SELECT | Integer.decode(register));
        test.vm.in(Integer.decode(port), width);

        assertEquals(List.of(seen), function.log);
    }

    @Test
    void answersAndWritesAsWideAsTheAccess() {
        test.vm.out(0xCF8, 4, SELECT | 0x10);
        assertEquals(0xA0B0_0104L, test.vm.in(0xCFC, 4));
        assertEquals(0x0122, test.vm.in(0xCFE, 2));
        test.vm.out(0xCFC, 2, 0x1234_5678);
        assertEquals("write 10+2=" + 0x5678, function.log.get(2));
    }

    @ParameterizedTest(name = "port {0}, {1} bytes")
    @CsvSource({"0xCFD, 4", "0xCFE, 4", "0xCFF, 2", "0xCFB, 2", "0xCFA, 4", "0xCF9, 1", "0xCF8, 1"})
    void isNobodysPortElsewhere(String port, int width) {
        test.vm.out(0xCF8, 4, SELECT);

        assertEquals(-1L >>> 64 - 8 * width, test.vm.in(Integer.decode(port), width));
        assertEquals(List.of(), function.log);
        assertEquals("port", test.machine.unclaimed().get(0).type());
    }

    @Test
    void leavesConfigAddressToDoublewords() {
        test.vm.out(0xCF8, 4, SELECT | 0x10);
        test.vm.out(0xCF8, 1, 0);
        test.vm.out(0xCF8, 2, 0);

        assertEquals(Integer.toUnsignedLong(SELECT | 0x10), test.vm.in(0xCF8, 4));
    }

    @Test
    void readsReservedBitsAsZeros() {
        test.vm.out(0xCF8, 4, -1);

        assertEquals(0x80FF_FFFCL, test.vm.in(0xCF8, 4));
    }

    @Test
    void meansNothingWithoutTheEnableBit() {
        test.vm.out(0xCF8, 4, SELECT & 0x7FFF_FFFF);

        assertEquals(0xFFFF_FFFFL, test.vm.in(0xCFC, 4));
        assertEquals(List.of(), function.log);
    }

    @Test
    void leavesPortsThatADeviceClaimedToIt() {
        TestDevice reset = TestDevice.at(0xCF9, 1);
        test.plug("reset", reset);
        test.vm.out(0xCF9, 1, 6);

        assertEquals(6, reset.cells[0]);
    }

    @Test
    void takesARequestThatTheHypervisorDecoded() {
        test.vm.sendPci(0, IoRequestSlot.READ, 0, 4, 1, 0x100, 4, 0);
        assertEquals(0xA0B0_1004L, test.vm.answer(0));
        test.vm.sendPci(0, IoRequestSlot.WRITE, 0, 4, 1, 0x3C, 1, 0x1FF);
        test.vm.answer(0);

        assertEquals(List.of("read 100+4", "write 3c+1=255"), function.log);
    }

    @Test
    void keepsBusAndDeviceOfADecodedRequestInItsAnswer() {
        test.vm.sendPci(0, IoRequestSlot.READ, 0, 4, 1, 0x10, 4, 0);

        assertEquals(4, test.vm.slots[0].pciDevice());
        assertEquals(1, test.vm.slots[0].pciFunction());
    }

    @ParameterizedTest(name = "{0}:{1}.{2} register {3}, {4} bytes")
    @CsvSource({
        "256, 4, 1, 0, 4", "0, 32, 1, 0, 4", "0, 4, 8, 0, 4", "0, 4, 1, 4096, 4", "0, 4, 1, -1, 1",
        "-1, 4, 1, 0, 4", "0, 4, 1, 0, 8", "0, 4, 1, 2, 4", "0, 4, 1, 3, 2", "0, 4, 1, 0, 3",
        "0, 5, 1, 0, 4",
    })
    void answersADecodedRequestThatMakesNoSenseWithAllOnes(
            int bus, int device, int function, int register, int width) {
        test.vm.sendPci(0, IoRequestSlot.READ, bus, device, function, register, width, 0);

        assertEquals(0xFFFF_FFFFL, test.vm.answer(0));
        assertEquals(List.of(), this.function.log);
        assertEquals(1, test.machine.unclaimed().size());
    }

    @Test
    void refusesAPlaceThatIsTaken() {
        test.plug("rival", new TestDevice(b -> b.pci(new Function())));

        assertEquals(State.REFUSED, test.state("rival"));
        assertTrue(
                test.device("rival").detail().contains("owner=nic (test.bundle 1.0.0) with pci"));
    }

    @Test
    void survivesAHostileGuest() {
        Random guest = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            int port = 0xCF6 + guest.nextInt(12);
            int width = 1 << guest.nextInt(4);
            boolean write = guest.nextBoolean();
            int value = guest.nextInt(4) == 0 ? guest.nextInt() : SELECT | guest.nextInt(256);
            test.vm.send(
                    0,
                    IoRequestSlot.PORTIO,
                    write ? IoRequestSlot.WRITE : IoRequestSlot.READ,
                    port,
                    width,
                    value);
            test.vm.answer(0);
        }

        assertEquals(0, test.device("nic").faults());
    }
}
