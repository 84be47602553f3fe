package io.trapline.machine;

/**
 * A place that nobody claimed. At most a few hundred are kept; what does not fit is counted in one row of type
 * {@code other}.
 *
 * @param type {@code port}, {@code memory}, {@code pci}, {@code straddling}, {@code unknown} or {@code other}
 * @param address port, address or routing id
 * @param reads answered with all-ones
 * @param writes dropped
 */
public record UnclaimedRow(String type, long address, long reads, long writes) {}
