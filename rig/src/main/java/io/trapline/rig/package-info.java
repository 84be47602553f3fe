/**
 * The rig: a virtual machine whose kernel has the real HSM driver and a stand-in for the hypervisor. {@link Rig} boots
 * it, on the host; {@link Injector} makes the accesses of a guest, inside. Needs nothing but the JDK, so that a bundle
 * can take the package in.
 */
package io.trapline.rig;
