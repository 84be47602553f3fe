package io.trapline.launcher;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The program in the hands of a client of QEMU's qtest protocol, with the shipped devices. */
class QtestProcessTest {
    private static final int COM1 = 0x3F8;
    private static final String[] DAY = {"-rtc", "base=2020-02-28T23:59:50,clock=vm"};

    @TempDir private Path folder;

    private QtestClient client(String... options) throws IOException {
        return new QtestClient(folder, options);
    }

    private QtestClient onALeapYearsEve(String machine) throws IOException {
        return client(
                "-M",
                machine,
                DAY[0],
                DAY[1],
                "-nodefaults",
                "-chardev",
                "null,id=c0",
                "-device",
                "isa-serial,chardev=c0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pc", "microvm"})
    void playsTheUart(String machine) throws Exception {
        try (QtestClient client = onALeapYearsEve(machine)) {
            assertEquals("OK", client.ask("irq_intercept_in ioapic"));
            client.out(COM1 + 7, 0x5A);
            assertEquals(0x5A, client.in(COM1 + 7));
            client.out(COM1 + 4, 0x08); // OUT2 lets the interrupt through
            assertEquals(List.of(), client.interrupts());
            client.out(COM1 + 1, 0x02);
            assertEquals(List.of("raise 4"), client.interrupts());
            assertEquals(0x02, client.in(COM1 + 2) & 0x0F);
            assertEquals(List.of("lower 4"), client.interrupts());

            client.out(COM1 + 4, 0x10); // loopback
            client.out(COM1, 'A');
            client.ask("clock_step 100000000");
            assertEquals('A', client.in(COM1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pc", "microvm"})
    void playsTheClock(String machine) throws Exception {
        try (QtestClient client = onALeapYearsEve(machine)) {
            assertEquals("OK", client.ask("irq_intercept_in ioapic"));
            assertEquals(0x50, client.cmos(0));
            assertEquals("OK 9999999999", client.ask("clock_step 9999999999"));
            assertEquals(0x59, client.cmos(0));
            assertEquals("OK 10000000000", client.ask("clock_step 1"));
            assertEquals(0x00, client.cmos(0));
            assertEquals(0x29, client.cmos(7));

            client.cmos(0x0A, 0x26); // 1024 Hz
            client.cmos(0x0B, 0x42);
            client.cmos(0x0C);
            client.interrupts();
            assertEquals("OK 10500000000", client.ask("clock_step 500000000"));
            assertEquals(List.of("raise 8"), client.interrupts());
            assertEquals(0xC0, client.cmos(0x0C) & 0xC0);
            assertEquals(List.of("lower 8"), client.interrupts());
            assertEquals(0, client.cmos(0x0C) & 0xC0);
        }
    }

    @Test
    void stepsFromDeadlineToDeadline() throws Exception {
        try (QtestClient client = onALeapYearsEve("pc")) {
            client.ask("irq_intercept_in ioapic");
            client.cmos(0x0A, 0x2F); // 2 Hz
            client.cmos(0x0B, 0x42);
            client.cmos(0x0C);
            client.interrupts();
            long before = 0;
            for (int i = 0; i < 4; i++) {
                long now = Long.parseLong(client.ask("clock_step").substring(3));
                assertTrue(now > before && now - before <= 500_000_000, () -> "at " + now);
                before = now;
                client.cmos(0x0C);
            }
            assertTrue(client.interrupts().contains("raise 8"));
        }
    }

    @Test
    void tellsFirmwareAboutTheMachine() throws Exception {
        try (QtestClient client =
                client("-m", "256", "-smp", "2", "-uuid", "4600cb32-38ec-4b2f-8acb-81c6ea54f2d8")) {
            assertEquals("QEMU", new String(firmware(client, 0, 4), ISO_8859_1));
            assertEquals(List.of(0, 0, 0, 0x10, 0, 0, 0, 0), list(firmware(client, 3, 8)));
            assertEquals(List.of(2, 0, 0, 0), list(firmware(client, 5, 4)));
            assertEquals(List.of(0x46, 0, 0xCB, 0x32), list(firmware(client, 2, 4)));
        }
    }

    private static byte[] firmware(QtestClient client, int item, int length) throws IOException {
        client.ask("outw 0x510 " + item);
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) client.in(0x511);
        }
        return bytes;
    }

    private static List<Integer> list(byte[] bytes) {
        return java.util.stream.IntStream.range(0, bytes.length)
                .mapToObj(i -> bytes[i] & 0xFF)
                .toList();
    }

    @Test
    void hasMemoryAndNothingBesides() throws Exception {
        try (QtestClient client = client("-M", "pc", "-m", "64")) {
            assertEquals("OK", client.ask("writeq 0x3fffff8 0x1122334455667788"));
            assertEquals("OK 0x8877665544332211", client.ask("read 0x3fffff8 8"));
            assertTrue(client.ask("read 0x3fffff8 0x10000000").startsWith("FAIL "));
            assertEquals("OK 0x00000000ffffffff", client.ask("readl 0x4000000"));
            assertEquals("OK", client.ask("outl 0xcf8 0x80001000"));
            assertEquals("OK 0xffffffff", client.ask("inl 0xcfc"));
        }
    }

    @Test
    void addsAndDeletesDevices() throws Exception {
        try (QtestClient client = client("-M", "pc", "-nodefaults")) {
            assertEquals(0xFF, client.in(0x2F8 + 7));
            assertEquals(
                    "{\"return\":{}}",
                    client.monitor(
                            "{\"execute\":\"device_add\",\"arguments\":{\"driver\":\"isa-serial\",\"id\":\"x\",\"index\":1}}"));
            client.out(0x2F8 + 7, 0x11);
            assertEquals(0x11, client.in(0x2F8 + 7));
            String refused =
                    client.monitor(
                            "{\"execute\":\"device_add\",\"arguments\":{\"driver\":\"devices.uart\",\"id\":\"y\",\"port\":\"0x2F0\",\"irq\":3,\"por\":1}}");
            assertTrue(refused.contains("devices.uart has no property por"), refused);
            refused =
                    client.monitor(
                            "{\"execute\":\"device_add\",\"arguments\":{\"driver\":\"devices.uart\",\"id\":\"y\",\"port\":\"0x2F4\",\"irq\":3}}");
            assertTrue(refused.contains("port range taken"), refused);
            assertEquals(
                    "{\"return\":{}}",
                    client.monitor("{\"execute\":\"device_del\",\"arguments\":{\"id\":\"x\"}}"));
            assertTrue(
                    client.event()
                            .contains("\"event\":\"DEVICE_DELETED\",\"data\":{\"device\":\"x\""));
            assertEquals(0xFF, client.in(0x2F8 + 7));
            assertEquals(
                    "{\"return\":{}}",
                    client.monitor(
                            "{\"execute\":\"device_add\",\"arguments\":{\"driver\":\"devices.uart\",\"id\":\"y\",\"port\":\"0x2F4\",\"irq\":3}}"));
        }
    }

    @Test
    void resetsAndPauses() throws Exception {
        try (QtestClient client = client("-M", "pc")) {
            client.out(COM1 + 7, 0x11);
            client.out(COM1 + 1, 0x0F);
            assertEquals("{\"return\":{}}", client.monitor("{\"execute\":\"system_reset\"}"));
            assertTrue(client.event().contains("\"event\":\"RESET\""));
            assertEquals(0, client.in(COM1 + 1));
            client.monitor("{\"execute\":\"stop\"}");
            assertTrue(client.event().contains("\"event\":\"STOP\""));
            assertEquals("FAIL the machine is paused", client.ask("inb 0x3f8"));
            client.monitor("{\"execute\":\"cont\"}");
            assertEquals("OK 0x0000", client.ask("inb 0x3f9"));
        }
    }

    @Test
    void takesAVendorsBundleAndItsDevices() throws Exception {
        Path jar = VendorBundle.of("devices.uart", "acme.uart", folder.resolve("acme.jar"));
        String out = "file:" + folder.resolve("out");
        String device = "acme.uart,id=mine,port=0x220,irq=5,chardev=" + out;
        try (QtestClient client =
                client("-M", "none", "-bundle", jar.toString(), "-device", device)) {
            assertTrue(
                    client.monitor("{\"execute\": \"qom-list-types\"}")
                            .contains("{\"name\":\"acme.uart\"}"));
            client.out(0x220, '!');
            client.ask("clock_step 1000000000");
            client.hangUp();

            assertEquals(0, client.status());
            assertEquals("!", Files.readString(folder.resolve("out")));
        }
    }

    @Test
    void wiresASerialPortToASocketOfTheClient() throws Exception {
        Path path = folder.resolve("line.sock");
        String line = "socket,id=c0,path=" + path;
        try (ServerSocketChannel server = QtestClient.listen(path);
                QtestClient client =
                        client(
                                "-nodefaults",
                                "-chardev",
                                line,
                                "-device",
                                "isa-serial,chardev=c0");
                SocketChannel peer = server.accept()) {
            client.out(COM1, '?');
            client.ask("clock_step 1000000000");
            ByteBuffer heard = ByteBuffer.allocate(1);
            peer.read(heard);
            assertEquals('?', heard.get(0));

            client.ask("irq_intercept_in ioapic");
            client.out(COM1 + 4, 0x08);
            client.out(COM1 + 1, 0x01);
            peer.write(ByteBuffer.wrap(new byte[] {'!'}));
            while ((client.in(COM1 + 5) & 1) == 0) {
                client.ask("clock_step 10000000"); // a character takes its time
            }
            assertEquals('!', client.in(COM1));
            assertEquals(List.of("raise 4", "lower 4"), client.interrupts());
        }
    }

    @Test
    void refusesWhatThereIsNot() throws Exception {
        String[][] wrong = {
            {"-qtest", "stdio", "-M", "q35"},
            {"-qtest", "stdio", "-device", "e1000"},
            {"-qtest", "stdio", "-device", "virtio-blk-pci,drive=d0"},
            {"-qtest", "stdio", "-device", "isa-serial,chardev=c7"},
            {"-M", "pc"},
        };
        String[] why = {
            "no machine q35, there is pc, microvm, none",
            "no device type e1000, there is devices.hotplug, devices.rtc, devices.uart,"
                    + " devices.virtioblk, isa-serial, mc146818rtc, virtio-blk-pci,"
                    + " virtio-blk-device",
            "no -drive with id=d0, there is []",
            "no -chardev with id=c7",
            "no -qtest: wanted -qtest unix:PATH or -qtest stdio",
        };
        for (int i = 0; i < wrong.length; i++) {
            String[] arguments = new String[wrong[i].length + 1];
            arguments[0] = "qtest";
            System.arraycopy(wrong[i], 0, arguments, 1, wrong[i].length);
            try (Trapline trapline = Trapline.start(arguments)) {
                assertEquals(2, trapline.status(), trapline::heard);
                assertTrue(
                        trapline.heard().startsWith("trapline: qtest: " + why[i]), trapline::heard);
                assertEquals(1, trapline.heard().lines().count(), trapline::heard);
            }
        }
    }

    @Test
    void failsWhereADeviceCannotBe() throws Exception {
        try (Trapline trapline =
                Trapline.start(
                        "qtest",
                        "-qtest",
                        "stdio",
                        "-device",
                        "isa-serial,index=0",
                        "-device",
                        "isa-serial,index=1,iobase=0x3f0,irq=99")) {
            assertEquals(1, trapline.status(), trapline::heard);
            assertTrue(
                    trapline.heard().startsWith("trapline: qtest: device com2: "), trapline::heard);
        }
    }

    @Test
    void speaksOverStandardInputAndOutput() throws Exception {
        try (Trapline trapline = Trapline.start("qtest", "-qtest", "stdio", "-M", "microvm")) {
            trapline.type("endianness").await("OK little");
            trapline.type("inb 0x3fd").await("OK 0x0060");
            trapline.terminate();
            assertEquals(0, trapline.status(), trapline::heard);
        }
    }

    @Test
    void endsWellWhenItIsTold() throws Exception {
        try (QtestClient client = client("-M", "pc")) {
            client.terminate();
            assertEquals(0, client.status());
        }
        Files.delete(folder.resolve("port.sock"));
        Files.delete(folder.resolve("monitor.sock"));
        try (QtestClient client = client("-M", "pc")) {
            assertEquals("{\"return\":{}}", client.monitor("{\"execute\":\"quit\"}"));
            assertEquals(0, client.status());
        }
    }

    @Test
    void endsWellInTheMiddleOfALongStep() throws Exception {
        try (QtestClient client = client("-M", "pc")) {
            client.cmos(0x0A, 0x23);
            client.cmos(0x0B, 0x42);
            client.send("clock_step 4000000000000000000\n".getBytes(ISO_8859_1));
            client.terminate();
            assertEquals(0, client.status());
        }
    }

    @Test
    void surviveGarbage() throws Exception {
        try (QtestClient client = client("-M", "pc")) {
            Random random = new Random(42);
            byte[] garbage = new byte[1 << 20];
            random.nextBytes(garbage);
            garbage[garbage.length - 1] = '\n';
            int lines = 0;
            for (byte b : garbage) {
                lines += b == '\n' ? 1 : 0;
            }
            Thread sender =
                    new Thread(
                            () -> {
                                try {
                                    client.send(garbage);
                                } catch (IOException e) {
                                    throw new java.io.UncheckedIOException(e);
                                }
                            });
            sender.start();
            for (int i = 0; i < lines; i++) {
                assertTrue(client.reply().startsWith("FAIL "));
            }
            sender.join();
            assertEquals("OK little", client.ask("endianness"));
            assertTrue(client.monitor("}}{\"execute\":\"x\"}").contains("GenericError"));
            assertTrue(client.event().contains("CommandNotFound"));
        }
    }

    /** The floor is far below what a machine of its own gives: tests share theirs. */
    @Test
    void isFast() throws Exception {
        try (QtestClient client = client("-M", "pc")) {
            long best = 0;
            for (int round = 0; round < 6; round++) {
                int commands = 20_000;
                long begin = System.nanoTime();
                for (int i = 0; i < commands; i += 2) {
                    client.ask("outb 0x3ff 0x5a");
                    client.ask("inb 0x3ff");
                }
                long each = TimeUnit.SECONDS.toNanos(1) * commands / (System.nanoTime() - begin);
                best = Math.max(best, each);
            }
            System.out.println("qtest: " + best + " commands a second, one after the other");
            assertTrue(best >= 5_000, "only " + best + " commands a second");
        }
    }
}
