/** Character devices of the host: where a serial port's bytes come from and go to. */
@Export
@Version("1.0.0")
package io.trapline.chardev;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
