package io.trapline.machine;

/**
 * A function on the PCI bus.
 *
 * @param address bus, device and function, as {@code lspci} writes them: {@code 00:04.0}
 * @param device who answers there
 * @param vendorId Vendor ID
 * @param deviceId Device ID
 * @param classCode Class Code, 24 bits
 * @param enabled what the guest has allowed, of {@code io}, {@code memory} and {@code master}
 * @param registers base address registers and where they decode, e.g. {@code 1: memory 0xe0000000+4096}
 * @param capabilities what its list has, in order
 * @param interrupt how it interrupts, e.g. {@code MSI-X} or {@code line 20}
 */
public record PciRow(
        String address,
        String device,
        int vendorId,
        int deviceId,
        int classCode,
        String enabled,
        String registers,
        String capabilities,
        String interrupt) {}
