/**
 * A virtio block device: VIRTIO 1.2, section 5.2. {@link io.trapline.virtioblk.BlockDevice} is the specification,
 * without OSGi; images are files of their own.
 */
package io.trapline.virtioblk;
