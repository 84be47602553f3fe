package io.trapline.rig;

import java.util.List;

/**
 * A piece of a User VM's memory, as the driver told the hypervisor.
 *
 * @param address where the guest sees it
 * @param length bytes
 * @param host its address on the Service VM
 * @param attributes {@code ACRN_MEM_ACCESS_*} and {@code ACRN_MEM_TYPE_*}
 */
public record Mapping(long address, long length, long host, int attributes) {
    static List<Mapping> parse(String lines) {
        return lines.lines().skip(1).map(Answer::new).map(Mapping::of).toList();
    }

    private static Mapping of(Answer line) {
        return new Mapping(
                line.number("gpa"), line.number("size"), line.number("spa"), line.count("attr"));
    }
}
