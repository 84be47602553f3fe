/**
 * A machine driven over QEMU's qtest protocol: {@code trapline qtest}, with the command line that QEMU has. It makes
 * the machine out of configurations, as anybody would, and serves a client until that is gone.
 */
package io.trapline.qtest;
