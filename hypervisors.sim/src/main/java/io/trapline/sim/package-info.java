/** A backend without a hypervisor: a scripted guest fills the request page as a real one would. */
package io.trapline.sim;
