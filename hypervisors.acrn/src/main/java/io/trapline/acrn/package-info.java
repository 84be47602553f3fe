/**
 * The backend on ACRN's Hypervisor Service Module, {@code /dev/acrn_hsm}. The driver is the judge of everything
 * here: what it does not check, and what it gets wrong, is kept from it, and each place says so.
 */
package io.trapline.acrn;
