/**
 * VIRTIO 1.2 for devices of any type: an author writes {@link io.trapline.virtio.VirtioDevice}, what is behind the
 * queues, and publishes it as a {@link io.trapline.virtio.VirtioPlug}; split and packed rings, negotiation, both
 * transports (virtio-mmio version 2, virtio-pci modern) and saved state are here.
 */
@Export
@Version("1.0.0")
package io.trapline.virtio;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
