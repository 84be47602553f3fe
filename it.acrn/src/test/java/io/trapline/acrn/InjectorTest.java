package io.trapline.acrn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.rig.Bulk;
import io.trapline.rig.Injector;
import io.trapline.rig.Mapping;
import io.trapline.rig.RigException;
import io.trapline.rig.Status;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the rig answers, with the barest of device models and with none. */
@OnRig
class InjectorTest {
    private static final AddressPlan PLAN = new AddressPlan() {};
    private final Injector rig = new Injector();

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void knowsTheCommandsThatWeUse() {
        assertTrue(Injector.present());
        String help = rig.command("help");
        for (String command : "pio mmio cfg bulk mem map stat log bad clear wait fail".split(" ")) {
            assertTrue(help.matches("(?s).*\\b" + command + "\\b.*"), command);
        }
    }

    @Test
    void saysThatThereIsNoMachine() {
        assertEquals(List.of(), rig.status().machines());
        assertEquals(List.of(), rig.map());
        assertEquals("no-vm vm=0 ns=", words(() -> rig.readPort(0x3f8, 1)));
        assertEquals("no-vm vm=3 ns=", words(() -> rig.vm(3).readMemory(-8, 8)));
        assertEquals("usage", words(() -> rig.readPort(0x3f8, 3)));
        assertEquals("usage", words(() -> rig.bulk(1, "pio x")));
        assertEquals("err usage", rig.command("sing"));
    }

    private static String words(Runnable access) {
        String words = assertThrows(RigException.class, access::run).words();
        return words.replaceFirst("ns=\\d+", "ns=");
    }

    @Test
    void accessesReachTheModel() throws IOException {
        try (BareModel model = new BareModel()) {
            rig.vm(model.vm()).vcpu(3);
            rig.writePort(PLAN.ports(3), 4, 0x8765_4321L);
            assertEquals(0x87, rig.readPort(PLAN.ports(3) + 3, 1));
            rig.writeMemory(PLAN.memory(3) + 8, 8, 0xfedc_ba98_7654_3210L);
            assertEquals(0xfedc_ba98_7654_3210L, rig.readMemory(PLAN.memory(3) + 8, 8));
            rig.writeConfiguration("0:b.0", 0x44, 2, 0xbeef);
            assertEquals(0xbeef, rig.readConfiguration("0:b.0", 0x44, 4));
            assertEquals(0xffff, rig.readConfiguration("0:1f.0", 0, 2));

            Bulk bulk = rig.bulk(50, "pio r " + PLAN.portCounter(3) + " 4 expect=inc");
            assertTrue(bulk.good() && bulk.last() == 50, bulk::toString);
            bulk = rig.bulk(5, "pio r " + PLAN.ports(3) + " 4 expect=1");
            assertEquals(5, bulk.mismatches());

            Status.Machine machine = rig.status().machine(model.vm());
            assertEquals("running", machine.state());
            assertEquals(List.of("FREE", "FREE", "FREE", "FREE"), machine.slots());
            assertEquals(machine.accesses(), machine.notifies());
        }
    }

    @Test
    void memoryIsTheMappedOne() throws IOException {
        try (BareModel model = new BareModel()) {
            byte[] content = new byte[100_000];
            new Random(7).nextBytes(content);
            rig.vm(model.vm()).writeRam(BareModel.RAM + 5, content);
            byte[] seen = new byte[content.length];
            model.ram().get(5, seen);
            assertArrayEquals(content, seen);
            model.ram().put(6, (byte) ~content[1]);
            content[1] = (byte) ~content[1];
            assertArrayEquals(content, rig.readRam(BareModel.RAM + 5, content.length));

            long mapped = rig.map().stream().mapToLong(Mapping::length).sum();
            assertEquals(BareModel.RAM_LENGTH, mapped);
            assertEquals(
                    "unmapped gpa=0x400000", words(() -> rig.readRam(BareModel.RAM_LENGTH, 1)));
        }
    }

    @Test
    void interruptsAndFailuresAreSeen() throws IOException {
        try (BareModel model = new BareModel()) {
            rig.vm(model.vm()).vcpu(0);
            model.line(4, 0);
            assertEquals(1, rig.waitLine(1));
            assertEquals(1L << 4, rig.status().machine(model.vm()).highLines());
            model.msi(0xfee0_1000L, 0x41);
            assertEquals(1, rig.waitMsi(1));
            assertTrue(rig.log().stream().anyMatch(e -> e.contains("msi addr=0xfee01000")));

            rig.fail("msi", -22, 1);
            IOException refused =
                    assertThrows(IOException.class, () -> model.msi(0xfee0_1000L, 0x41));
            assertEquals("INJECT_MSI: errno 22", refused.getMessage());

            model.pause();
            assertEquals(
                    "vm-not-running state=paused ns=", words(() -> rig.readPort(PLAN.ports(0), 1)));
        }
    }
}
