package io.trapline.qtest.options;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** QEMU's notation of options and their properties. */
class KeyValuesTest {
    @ParameterizedTest(name = "''{0}''")
    @CsvSource(
            delimiter = '|',
            value = {
                "pc | pc | {}",
                "pc,accel=qtest | pc | {accel=qtest}",
                "socket,path=/a,,b,id=c0 | socket | {path=/a,b, id=c0}",
                "accel=qtest | '' | {accel=qtest}",
                "unix:/p,server,nowait | unix:/p | {server=on, nowait=on}",
                "a,k=v=w,k=x | a | {k=x}",
                "a,,b | a,b | {}",
                ",a= | '' | {a=}",
                "'' | '' | {}",
            })
    void areReadAsQemuDoes(String text, String first, String values) {
        KeyValues read = KeyValues.parse(text);
        assertEquals(first, read.first());
        assertEquals(values, read.values().toString());
    }

    @Test
    void takeWhatStandsFirstByItsKeyToo() {
        assertEquals("c0", KeyValues.parse("chardev=c0,mode=control").withFirst("chardev").first());
        assertEquals("c0", KeyValues.parse("c0,mode=control").withFirst("chardev").first());
    }

    @Test
    void readACommandLineAndPassOverWhatIsUnknown() throws BadOption {
        CommandLine line =
                CommandLine.parse(
                        List.of(
                                "-qtest",
                                "unix:/a",
                                "-display",
                                "none",
                                "-S",
                                "-nodefaults",
                                "--machine",
                                "microvm",
                                "-netdev",
                                "-device",
                                "isa-serial,id=a",
                                "disk.img",
                                "-device",
                                "isa-serial,id=b",
                                "-enable-kvm",
                                "-m",
                                "256"));

        assertEquals("unix:/a", line.last(Option.QTEST));
        assertEquals("microvm", line.last(Option.MACHINE));
        assertEquals(List.of("isa-serial,id=a", "isa-serial,id=b"), line.all(Option.DEVICE));
        assertEquals("256", line.last(Option.MEMORY));
        assertEquals(Map.of(), KeyValues.parse(line.last(Option.NODEFAULTS)).values());
    }
}
