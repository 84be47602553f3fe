/**
 * What the machine keeps of a PCI function: its configuration space and what hangs on it (PCI Local Bus 3.0,
 * chapter 6). Knows the contract of devices and nothing of the core.
 */
package io.trapline.ioreq.pci;
