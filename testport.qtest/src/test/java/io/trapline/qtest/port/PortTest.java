package io.trapline.qtest.port;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.qtest.machine.SmallCore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.channels.Channels;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** QEMU's docs/devel/qtest: each command and its reply; and what is no command. */
class PortTest {
    private final SmallCore core;

    PortTest() throws Exception {
        core = new SmallCore(4 << 20);
    }

    @AfterEach
    void end() {
        core.machine().close();
    }

    /** What the port says to these lines. */
    private List<String> replies(String... lines) {
        return replies((String.join("\n", lines) + "\n").getBytes(ISO_8859_1));
    }

    private List<String> replies(byte[] sent) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new Port(core.machine(), new ReentrantLock(), null)
                .serve(
                        Channels.newChannel(new ByteArrayInputStream(sent)),
                        Channels.newChannel(out));
        return Arrays.asList(out.toString(ISO_8859_1).split("\n"));
    }

    private String reply(String line) {
        List<String> replies = replies(line);
        assertEquals(1, replies.size(), replies::toString);
        return replies.get(0);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "endianness, OK little",
        "inb 0x0, OK 0x0000",
        "inb 0x3f8, OK 0x00f8",
        "inw 1016, OK 0x03f8",
        "inl 01770, OK 0x03f8",
        "inl 0xffff, OK 0xffff",
        "outb 0x3f8 0x1ff, OK",
        "readb 0xfeb00012, OK 0x0000000000000012",
        "readw 0xfeb01234, OK 0x0000000000001234",
        "readl 0xfeb01234, OK 0x00000000feb01234",
        "readq 0xffffffffffffff00, OK 0xffffffffffffff00",
        "readl 0x100000, OK 0x0000000000000000",
        "writeq 0x100000 18446744073709551615, OK",
        "clock_step 100, OK 100",
        "clock_step, OK 1000000",
        "clock_set 5, OK 5",
        "set_irq_in ioapic x 9 1, OK",
        "irq_intercept_in ioapic, OK",
        "irq_intercept_out ioapic, OK",
    })
    void answers(String line, String reply) {
        assertEquals(reply, reply(line));
    }

    @ParameterizedTest(name = "''{0}''")
    @ValueSource(
            strings = {
                "",
                " ",
                "foo",
                "inb",
                "inb 0x3f8 1",
                "inb  0x3f8",
                "inb 0x3f8 ",
                " inb 0x3f8",
                "inb 0x10000",
                "inb -1",
                "inb 0x",
                "inb 08",
                "inb 12a",
                "inb 0x1ffffffffffffffff",
                "inb 18446744073709551616",
                "outb 0x3f8",
                "outb 0x3f8 x",
                "INB 0x3f8",
                "read 0x0",
                "read 0xfeb00000 0x100001",
                "read 0x0 0x10000000000",
                "read 0xfffffffffffffff8 16",
                "read 0 -1",
                "read 0 0xffffffffffffffff",
                "write 0x100000 4 0x123",
                "write 0x100000 1 0x1234",
                "write 0x100000 4 1234",
                "write 0x100000 4 0xzz",
                "write 0x100000 0x10000000000 0x00",
                "memset 0x100000 0x10000000000 0",
                "b64write 0x100000 4 %%",
                "b64write 0x100000 1 AAAA",
                "clock_step 0x7fffffffffffffff",
                "clock_step -5",
                "clock_set 0xffffffffffffffff",
                "clock_step 1 2",
                "irq_intercept_in /machine",
                "irq_intercept_in",
                "set_irq_in ioapic x 48 1",
                "set_irq_in ioapic x 1",
                "endianness 1",
            })
    void refuses(String line) {
        assertTrue(reply(line).startsWith("FAIL "), () -> reply(line));
    }

    @Test
    void cutsWhatIsWrittenToItsWidth() {
        replies("outb 0x3f8 0x1ff", "writew 0xfeb00000 0x12345678");

        assertEquals("out 0x3f8+1=0x1ff", core.accesses.get(0), "the core cuts");
    }

    @Test
    void copiesRam() {
        assertEquals(
                List.of(
                        "OK",
                        "OK 0x0102030000",
                        "OK",
                        "OK 0x00000000ffffffff",
                        "OK AQID",
                        "OK",
                        "OK 0x6869",
                        "OK 0x"),
                replies(
                        "write 0x100000 5 0x010203",
                        "read 0x100000 5",
                        "memset 0x100008 4 0xff",
                        "readq 0x100008",
                        "b64read 0x100000 3",
                        "b64write 0x200000 2 aGk=",
                        "read 0x200000 2",
                        "read 0x200000 0"));
    }

    @Test
    void copiesMoreThanItsBuffers() {
        int length = 3 << 20;
        String hex =
                replies("memset 0x100000 " + length + " 0xa5", "read 0x100000 " + length).get(1);
        assertEquals(2 * length + 5, hex.length());
        assertEquals(hex, "OK 0x" + "a5".repeat(length));

        String encoded = reply("b64read 0x100000 " + length);
        byte[] decoded = java.util.Base64.getDecoder().decode(encoded.substring(3));
        assertEquals(length, decoded.length);
    }

    @Test
    void makesOneAccessOfARangeThatIsOne() {
        assertEquals("OK 0x3412b0fe", reply("read 0xfeb01234 4"));
        replies("write 0xfeb00010 8 0x0102030405060708");

        assertEquals(
                List.of("load 0xfeb01234+4", "store 0xfeb00010+8=0x807060504030201"),
                core.accesses);
    }

    @Test
    void makesAnAccessForEachByteOfAnyOtherRange() {
        assertEquals("OK 0x010203", reply("read 0xfeb00001 3"));
        assertEquals("OK 0x02030405", reply("read 0xfeb00002 4"), "not aligned");
        replies("write 0xfeb00001 2 0xa1b2", "memset 0xfeb00003 2 7");

        assertEquals(
                List.of(
                        "store 0xfeb00001+1=0xa1",
                        "store 0xfeb00002+1=0xb2",
                        "store 0xfeb00003+1=0x7",
                        "store 0xfeb00004+1=0x7"),
                core.accesses.subList(7, 11));
    }

    @Test
    void splitsARangeWhereRamEnds() {
        replies("write 0x9fffe 4 0x11223344");
        assertEquals(List.of("store 0xa0000+1=0x33", "store 0xa0001+1=0x44"), core.accesses);
        assertEquals("OK 0x11220001", reply("read 0x9fffe 4"));
    }

    @Test
    void tellsOfALineBeforeTheReplyOfWhatChangedIt() {
        core.deadlines.put(10L, 8);
        assertEquals(
                List.of(
                        "OK",
                        "OK",
                        "OK",
                        "IRQ lower 4",
                        "OK",
                        "IRQ raise 4",
                        "OK",
                        "OK",
                        "IRQ raise 8",
                        "OK 10",
                        "IRQ raise 23",
                        "OK",
                        "OK",
                        "IRQ lower 23",
                        "OK"),
                replies(
                        "outb 0x80 1",
                        "irq_intercept_in ioapic",
                        "irq_intercept_in ioapic",
                        "outb 0x80 0",
                        "outb 0x80 1",
                        "set_irq_in ioapic unnamed-gpio-in 4 1",
                        "clock_step",
                        "set_irq_in ioapic unnamed-gpio-in 23 1",
                        "set_irq_in ioapic unnamed-gpio-in 23 5",
                        "set_irq_in ioapic unnamed-gpio-in 23 0"));
    }

    @Test
    void stepsToTheNextDeadline() {
        core.deadlines.put(70L, 8);
        core.deadlines.put(90L, 8);
        assertEquals(
                List.of("OK 70", "OK 90", "OK 1000090", "OK 1000090", "OK 2000000"),
                replies(
                        "clock_step",
                        "clock_step",
                        "clock_step",
                        "clock_set 3",
                        "clock_set 2000000"));
    }

    @Test
    void saysWhyNothingCanBeAccessed() {
        core.machine().pause();

        assertEquals("FAIL the machine is paused", reply("inb 0x70"));
        assertEquals("FAIL the machine is paused", reply("clock_step 5"));
    }

    @Test
    void dropsALineThatIsTooLong() {
        byte[] sent = new byte[20 << 20];
        Arrays.fill(sent, (byte) 'a');
        sent[sent.length - 12] = '\n';
        System.arraycopy("endianness\n".getBytes(ISO_8859_1), 0, sent, sent.length - 11, 11);

        assertEquals(
                List.of("FAIL a line is longer than 8388608 bytes", "OK little"), replies(sent));
    }

    @Test
    void takesALineAsLongAsOneMayBe() {
        String data = "00".repeat((8 << 20) / 2 - 20);
        assertEquals(
                "OK", reply("write 0x100000 " + (2 << 20) + " 0x" + data.substring(0, 4 << 20)));
    }

    @Test
    void endsALineWithoutItsCarriageReturn() {
        assertEquals(List.of("OK little", "OK little"), replies("endianness\r", "endianness"));
    }

    /** Lines of words that commands have, of words that they have not, and of bytes that are none. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void answersEachLineOnce(long seed) {
        Random random = new Random(seed);
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        int lines = 2_000;
        for (int i = 0; i < lines; i++) {
            sent.writeBytes(GarbageLines.next(random));
            sent.write('\n');
        }
        List<String> replies = replies(sent.toByteArray());
        assertEquals(lines, replies.stream().filter(r -> !r.startsWith("IRQ ")).count());
        for (String reply : replies) {
            assertTrue(
                    reply.matches("OK( .*)?|FAIL .+|IRQ (raise|lower) \\d+"),
                    () -> "seed " + seed + ": " + reply);
        }
    }
}
