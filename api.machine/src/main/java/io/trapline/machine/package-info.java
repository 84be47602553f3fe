/** The contract between the core and those who look at machines from above: shell, console, metrics. */
@Export
@Version("1.0.0")
package io.trapline.machine;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
