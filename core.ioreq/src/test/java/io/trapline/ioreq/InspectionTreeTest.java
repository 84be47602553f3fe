package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.trapline.machine.InspectedNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a device shows of itself, as text. */
class InspectionTreeTest {
    @ParameterizedTest
    @CsvSource({
        "0x60, 1, 0x60",
        "0x5, 1, 0x05",
        "0x1234, 1, 0x34",
        "0x5, 2, 0x0005",
        "0xDEADBEEF, 4, 0xdeadbeef",
        "-1, 4, 0xffffffff",
        "-1, 8, 0xffffffffffffffff",
        "1, 8, 0x0000000000000001",
    })
    void writesARegisterAsWideAsItIs(String value, int width, String text) {
        InspectionTree tree = new InspectionTree("com1");
        tree.register("LSR", Long.decode(value), width);

        assertEquals(List.of(new InspectedNode("LSR", text, List.of())), tree.node().children());
    }

    @Test
    void keepsTheOrderAndTheBranches() {
        InspectionTree tree = new InspectionTree("disk");
        tree.number("size (sectors)", -3).flag("read-only", true);
        tree.group("queue 0").text("state", "ready").group("ring").number("index", 7);
        tree.text("last", "");

        assertEquals(
                new InspectedNode(
                        "disk",
                        "",
                        List.of(
                                new InspectedNode("size (sectors)", "-3", List.of()),
                                new InspectedNode("read-only", "true", List.of()),
                                new InspectedNode(
                                        "queue 0",
                                        "",
                                        List.of(
                                                new InspectedNode("state", "ready", List.of()),
                                                new InspectedNode(
                                                        "ring",
                                                        "",
                                                        List.of(
                                                                new InspectedNode(
                                                                        "index", "7",
                                                                        List.of()))))),
                                new InspectedNode("last", "", List.of()))),
                tree.node());
    }
}
