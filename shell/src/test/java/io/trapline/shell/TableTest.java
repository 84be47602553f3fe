package io.trapline.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.trapline.machine.InspectedNode;
import io.trapline.machine.RangeRow;
import io.trapline.machine.StatsRow;
import io.trapline.machine.UnclaimedRow;
import java.util.List;
import org.apache.felix.service.command.Converter;
import org.junit.jupiter.api.Test;

/** What the commands answer, as the operator sees it. */
class TableTest {
    private final RowsConverter converter = new RowsConverter();

    private String shown(Object answer) {
        return String.valueOf(converter.format(answer, Converter.INSPECT, null));
    }

    @Test
    void rowsStandInColumns() {
        Rows<RangeRow> rows =
                new Rows<>(
                        RangeRow.class,
                        List.of(
                                new RangeRow("port", 0x3F8, 8, "com1", "console", 1234, 5, 0),
                                new RangeRow(
                                        "memory", 0xD000_0000L, 0x1000, "disk", "disk", 1, 22, 333),
                                new RangeRow("memory", 0, 0, "bar", "disk", 0, 0, 0)));

        assertEquals(
                """
                type    first       last        device  client   reads  writes  faults
                port    0x03f8      0x03ff      com1    console   1234       5       0
                memory  0xd0000000  0xd0000fff  disk    disk         1      22     333
                memory  unmapped                bar     disk         0       0       0""",
                shown(rows));
    }

    @Test
    void noRowsAreAWord() {
        assertEquals(
                "the guest touched nothing that is not claimed",
                shown(new Rows<>(UnclaimedRow.class, List.of())));
    }

    @Test
    void latenciesHaveTheUnitThatFits() {
        StatsRow timed = new StatsRow("com1", 9, 5, 4, 0, 3, 410, 65_000, 12_345_678);
        StatsRow never = new StatsRow("default", 1, 1, 0, 0, 0, 0, 0, 0);

        assertEquals(
                """
                client   requests  reads  writes  faults  timed  median  99 % below  longest
                com1            9      5       4       0      3  410 ns       65 us    12 ms
                default         1      1       0       0      0       -           -        -""",
                shown(new Rows<>(StatsRow.class, List.of(timed, never))));
    }

    @Test
    void aDeviceIsATree() {
        InspectedNode fifo =
                new InspectedNode("FIFO", "", List.of(new InspectedNode("bytes", "3", List.of())));
        InspectedNode com1 =
                new InspectedNode(
                        "com1", "", List.of(new InspectedNode("LSR", "0x60", List.of()), fifo));

        assertEquals(
                """
                com1
                  LSR                     0x60
                  FIFO
                    bytes                 3""",
                shown(com1));
    }

    @Test
    void aListOfRowsFromElsewhereIsATableToo() {
        List<UnclaimedRow> list = List.of(new UnclaimedRow("port", 0x80, 0, 7));

        assertEquals(
                """
                type  address  reads (all ones)  writes (dropped)
                port  0x0080                  0                 7""",
                shown(list));
    }

    @Test
    void whatIsNotOursIsLeftToOthers() {
        assertNull(converter.format("text", Converter.INSPECT, null));
        assertNull(converter.format(List.of("text"), Converter.INSPECT, null));
        assertNull(converter.format(List.of(), Converter.INSPECT, null));
    }
}
