/** The command line of {@code trapline qtest}: QEMU's notation, those of its options that mean something here. */
package io.trapline.qtest.options;
