package io.trapline.machine;

/**
 * A claim.
 *
 * @param type {@code port}, {@code memory} or {@code pci}
 * @param first first port or address; the routing id of a PCI function
 * @param length ports or bytes; 0 while unmapped
 * @param device who holds it
 * @param client who answers
 * @param reads answered
 * @param writes answered
 * @param faults how often its handler threw
 */
public record RangeRow(
        String type,
        long first,
        long length,
        String device,
        String client,
        long reads,
        long writes,
        long faults) {}
