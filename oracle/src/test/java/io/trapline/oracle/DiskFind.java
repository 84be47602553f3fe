package io.trapline.oracle;

import java.util.List;

/**
 * What differs.
 *
 * @param moves all that was done up to there
 * @param qemu what was seen of the last of them
 * @param ours the same
 */
record DiskFind(List<DiskMove> moves, List<String> qemu, List<String> ours) {
    @Override
    public String toString() {
        StringBuilder all = new StringBuilder();
        moves.forEach(move -> all.append("  ").append(move).append('\n'));
        for (int i = 0; i < Math.max(qemu.size(), ours.size()); i++) {
            String left = i < qemu.size() ? qemu.get(i) : "-";
            String right = i < ours.size() ? ours.get(i) : "-";
            all.append(
                            left.equals(right)
                                    ? "    both: " + left
                                    : "    QEMU: " + left + "\n    ours: " + right)
                    .append('\n');
        }
        return all.toString();
    }
}
