/**
 * Character devices of the host (QEMU calls them chardevs): what a serial device of a guest is wired to.
 *
 * <p>The ports are kept here and not in the device that uses them, so that a connection, and what is buffered
 * in both directions, outlives the replacement of that device. Buffers are bounded: back-pressure goes both
 * ways, nothing is lost and nothing grows.
 */
@Export
@Version("1.0.0")
package io.trapline.chardev;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
