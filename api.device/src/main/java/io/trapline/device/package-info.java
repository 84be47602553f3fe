/**
 * The contract between a machine and the devices plugged into it.
 *
 * <p>A plug-in implements {@link io.trapline.device.Device} and {@link io.trapline.device.Region}; the framework
 * implements the rest. Every call into a device arrives under the baton of its ioreq client: one at a time, so a
 * model has no lock, no thread and no {@code volatile}. What comes from the outside world is brought in with {@link
 * io.trapline.device.Board#post}.
 *
 * <p>Units: addresses, offsets, lengths and widths are bytes; times are nanoseconds of the machine's clock.
 */
@Export
@Version("1.0.0")
package io.trapline.device;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
