package io.trapline.machine;

/**
 * A place that nobody claimed. At most a few hundred are kept; what does not fit is counted in one row of type
 * {@code other}. Interrupt messages that the backend did not take are counted in one row of type {@code message}.
 *
 * @param type {@code port}, {@code memory}, {@code pci}, {@code straddling}, {@code unknown}, {@code other} or
 *     {@code message}
 * @param address port, address or routing id
 * @param reads answered with all-ones
 * @param writes dropped
 */
public record UnclaimedRow(String type, long address, long reads, long writes) {}
