package io.trapline.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.machine.InspectedNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Software that knows nothing of us: Debian's GRUB 2.06 drives devices.uart with its own driver for a 16550, and
 * devices.rtc with its own for an MC146818, on KVM.
 */
class GrubTest {
    private static final String MACHINE = "m";
    private static final int MEBIBYTES = 64;
    private static final String PROMPT = "grub rescue> ";
    private static final LocalDateTime BASE = LocalDateTime.of(2024, 2, 28, 23, 59, 30);
    private static final DateTimeFormatter SHOWN =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss EEEE", Locale.ENGLISH);
    private static final String COMMANDS =
            """
            serial --unit=0 --speed=9600
            terminal_output serial
            terminal_input serial
            """;

    private final MachineFixture fixture = new MachineFixture();
    private SerialLine com1;
    private long powerOn;

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    @Test
    void drivesTheUartAndReadsAndSetsTheClock() throws Exception {
        boot();

        assertEquals("hello over the wire", answer("echo hello over the wire"));
        String lsr = answer("inb 0x3fd");
        assertTrue(lsr.matches("0x[026]0"), lsr + ": nothing to read, no error");
        assertEquals("0x03", register("com1", "LCR"));
        assertEquals("0x0c", register("com1", "DLL"));

        LocalDateTime time = date();
        assertFalse(time.isBefore(BASE), time::toString);
        assertFalse(time.isAfter(BASE.plusNanos(System.nanoTime() - powerOn)), time::toString);

        answer("outb 0x70 0x50");
        answer("outb 0x71 0xa5");
        String[] cmos = answer("cmosdump").split("\\s+(?=[0-9a-f]0:)");
        assertTrue(cmos[0].matches("00: .. 00 .. 00 .. 00 .. .. 02 24 .6 02 .0 80 .. .."), cmos[0]);
        assertEquals("10: 00 00 00 00 00 80 02 00 fc 00 00 00 00 00 00 00", cmos[1]);
        assertEquals("30: 00 fc 20 00 00 03 00 20 00 00 00 00 00 00 00 00", cmos[3]);
        assertEquals("50: a5 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00", cmos[5]);

        assertEquals("", answer("date 2060-12-31 23:59:58"));
        LocalDateTime set = LocalDateTime.of(2060, 12, 31, 23, 59, 58);
        LocalDateTime next = date();
        assertTrue(Duration.between(set, next).toSeconds() < 120, next::toString);
        assertFalse(next.isBefore(set), next::toString);
    }

    private void boot() throws Exception {
        GrubImage.need();
        Needs.backend("kvm");
        Path image = fixture.file("grub.elf");
        GrubImage.make(
                image,
                (long) MEBIBYTES << 20,
                COMMANDS,
                "serial",
                "terminal",
                "echo",
                "date",
                "cmosdump",
                "iorw");
        fixture.configure(
                "devices.rtc", "rtc", Map.of("machine", MACHINE, "base", BASE.toString()));
        com1 = fixture.uart(MACHINE);
        powerOn = System.nanoTime();
        fixture.boot(MACHINE, "kvm", image, MEBIBYTES + "M");
        com1.until(PROMPT);
    }

    /** What it answers to a line; lines end in LF CR here. */
    private String answer(String line) throws InterruptedException {
        com1.type(line + "\r").until(line + "\n\r");
        return com1.until(PROMPT).strip();
    }

    private LocalDateTime date() throws InterruptedException {
        return LocalDateTime.parse(answer("date"), SHOWN);
    }

    private String register(String device, String name) {
        return fixture.machine(MACHINE).inspect(device).children().stream()
                .filter(node -> node.name().equals(name))
                .map(InspectedNode::value)
                .findFirst()
                .orElseThrow();
    }
}
