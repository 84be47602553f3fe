/**
 * A backend without a hypervisor: guests written in Java fill the request page as real ones would. It plays
 * ACRN's hypervisor and its HSM with every state of a slot, so that the core and the devices cannot tell the
 * difference, on any machine that has a JDK. A machine runs freely, a thread per vCPU, or deterministically,
 * one access at a time in an order that a seed decides.
 */
package io.trapline.sim;
