/**
 * QEMU's machine protocol (QMP): a client asks what there is, adds and deletes devices, resets the machine. {@link
 * io.trapline.qtest.monitor.Monitor} reads objects, looks commands up in a table and answers.
 */
package io.trapline.qtest.monitor;
