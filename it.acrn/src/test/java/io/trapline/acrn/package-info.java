/**
 * Tests on the real HSM driver. A class marked {@link io.trapline.acrn.OnRig} runs inside the rig; {@link
 * io.trapline.acrn.RigRunTest} boots it, once for each set of options, and judges what the kernel and the stand-in for
 * the hypervisor say afterwards.
 */
package io.trapline.acrn;
