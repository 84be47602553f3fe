package io.trapline.ioreq;

import io.trapline.device.Inspector;
import io.trapline.machine.InspectedNode;
import java.util.ArrayList;
import java.util.List;

/** Collects what a device shows of itself. */
final class InspectionTree implements Inspector {
    private final String name;
    private final List<Object> children = new ArrayList<>(); // InspectedNode or InspectionTree

    InspectionTree(String name) {
        this.name = name;
    }

    @Override
    public Inspector register(String name, long value, int width) {
        long cut = width >= 8 ? value : value & ((1L << 8 * width) - 1);
        String digits = Long.toHexString(cut);
        return leaf(name, "0x" + "0".repeat(Math.max(0, 2 * width - digits.length())) + digits);
    }

    @Override
    public Inspector number(String name, long value) {
        return leaf(name, Long.toString(value));
    }

    @Override
    public Inspector text(String name, String value) {
        return leaf(name, value);
    }

    @Override
    public Inspector flag(String name, boolean value) {
        return leaf(name, Boolean.toString(value));
    }

    @Override
    public Inspector group(String name) {
        InspectionTree group = new InspectionTree(name);
        children.add(group);
        return group;
    }

    private Inspector leaf(String name, String value) {
        children.add(new InspectedNode(name, value, List.of()));
        return this;
    }

    InspectedNode node() {
        List<InspectedNode> nodes = new ArrayList<>();
        for (Object child : children) {
            nodes.add(child instanceof InspectionTree tree ? tree.node() : (InspectedNode) child);
        }
        return new InspectedNode(name, "", nodes);
    }
}
