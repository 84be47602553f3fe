package io.trapline.oracle;

import java.util.List;

/**
 * What one side said to one command.
 *
 * @param text the reply's line
 * @param edges the changes of interrupt lines that came before it
 */
record Reply(String text, List<Edge> edges) {
    /**
     * @param gsi the interrupt line's number at the I/O APIC
     * @param high its new level
     */
    record Edge(int gsi, boolean high) {
        @Override
        public String toString() {
            return (high ? "raise " : "lower ") + gsi;
        }
    }

    /** What was read; -1 if it says no number. */
    int value() {
        return text.startsWith("OK 0x") ? (int) Long.parseLong(text.substring(5), 16) : -1;
    }

    boolean ok() {
        return text.equals("OK") || text.startsWith("OK ");
    }

    Reply with(int value) {
        return new Reply(String.format("OK 0x%04x", value), edges);
    }

    Reply with(List<Edge> newEdges) {
        return new Reply(text, List.copyOf(newEdges));
    }

    /** The changes of one line. */
    List<Edge> edges(int gsi) {
        return edges.stream().filter(edge -> edge.gsi() == gsi).toList();
    }

    @Override
    public String toString() {
        return edges.isEmpty() ? text : text + " " + edges;
    }
}
