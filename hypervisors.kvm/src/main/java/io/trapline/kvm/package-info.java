/**
 * The backend on {@code /dev/kvm}: it plays ACRN's hypervisor and its HSM at once.
 *
 * <p>A vCPU's exit for port or memory I/O is written into that vCPU's slot of the request page, goes through
 * the states PENDING and PROCESSING, and is handed to the core by the vCPU's own thread. Private: the world
 * sees the service {@link io.trapline.hypervisor.Hypervisor} and nothing else.
 */
package io.trapline.kvm;
