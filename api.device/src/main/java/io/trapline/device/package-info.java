/** The contract between a machine and the devices plugged into it. */
@Export
@Version("1.0.0")
package io.trapline.device;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
