/**
 * A backend whose one vCPU is a client's port: each of its accesses is a command. It fills the request page as
 * any hypervisor would, so the core and the devices cannot tell. The machine's time stands, until a command
 * moves it.
 */
package io.trapline.qtest.machine;
