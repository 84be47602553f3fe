/**
 * The contract between the core and what stands below it: ACRN's HSM, KVM, or a simulator.
 *
 * <p>A backend implements {@link io.trapline.hypervisor.Hypervisor} and {@link
 * io.trapline.hypervisor.VirtualMachine}; the core implements {@link io.trapline.hypervisor.VmEvents}. The
 * names and layouts are those of {@code linux/acrn.h}: every backend fills the same request page with the same
 * states, so that neither the core nor a device can tell which one it runs on.
 */
@Export
@Version("1.0.0")
package io.trapline.hypervisor;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
