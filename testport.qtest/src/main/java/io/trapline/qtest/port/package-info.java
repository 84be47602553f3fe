/**
 * The line protocol of QEMU's qtest: a line is a command, and each has a line for a reply. {@link
 * io.trapline.qtest.port.Port} reads, looks a command up in its table and has it done; one line of text is the worst
 * that a wrong one can cause.
 */
package io.trapline.qtest.port;
