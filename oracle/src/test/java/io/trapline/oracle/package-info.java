/**
 * Our devices compared with QEMU's: the same random, legal sequences of accesses go to both over the qtest protocol, and
 * every reply and every change of an interrupt line must be the same. What may differ is in {@link
 * io.trapline.oracle.Exclusion}; a difference is shrunk to the shortest sequence that still shows it.
 */
package io.trapline.oracle;
