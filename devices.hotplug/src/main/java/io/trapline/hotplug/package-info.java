/**
 * Tells a guest what comes to the PCI bus and what is to go, as the ACPI hot-plug controller of QEMU's PC does. {@link
 * io.trapline.hotplug.Controller} is the registers, without OSGi.
 */
package io.trapline.hotplug;
