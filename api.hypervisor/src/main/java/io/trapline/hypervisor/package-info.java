/** The contract between the core and the backends below it: the request page, its slots, a virtual machine. */
@Export
@Version("1.0.0")
package io.trapline.hypervisor;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
