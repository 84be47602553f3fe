package io.trapline.device;

/**
 * What a PCI function says it is (PCI Local Bus 3.0, section 6.2.1 and 6.2.4).
 *
 * @param vendor Vendor ID, 16 bits, not 0xFFFF
 * @param device Device ID, 16 bits
 * @param revision Revision ID, 8 bits
 * @param classCode Class Code, 24 bits: base class, sub-class, interface, e.g. 0x01_00_00 for a disk controller
 * @param subsystemVendor Subsystem Vendor ID, 16 bits
 * @param subsystem Subsystem ID, 16 bits
 */
public record PciIdentity(
        int vendor, int device, int revision, int classCode, int subsystemVendor, int subsystem) {
    private static final int NOBODY = 0xFFFF;

    /** Refuses what does not fit its register. */
    public PciIdentity {
        boolean fits =
                (vendor | device | subsystemVendor | subsystem) >>> 16 == 0
                        && revision >>> 8 == 0
                        && classCode >>> 24 == 0
                        && vendor != NOBODY;
        if (!fits) {
            throw new IllegalArgumentException(
                    String.format(
                            "no PCI identity: vendor=0x%x device=0x%x revision=0x%x class=0x%x"
                                    + " subsystem=0x%x:0x%x, wanted 16, 16, 8, 24 and 16:16 bits,"
                                    + " and not vendor 0xffff",
                            vendor, device, revision, classCode, subsystemVendor, subsystem));
        }
    }
}
