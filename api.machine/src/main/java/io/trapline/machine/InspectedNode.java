package io.trapline.machine;

import java.util.List;

/**
 * A name with a value, or with more of them below it.
 *
 * @param name as in the datasheet
 * @param value as text: {@code 0x60} for a register; empty for a group
 * @param children what is below, in order
 */
public record InspectedNode(String name, String value, List<InspectedNode> children) {
    /** Copies the list. */
    public InspectedNode {
        children = List.copyOf(children);
    }
}
