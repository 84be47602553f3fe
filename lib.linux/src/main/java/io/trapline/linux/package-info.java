/**
 * What a backend needs of Linux and Java 17 does not offer: system calls by JNA's direct mapping, memory that
 * stays where it is, memory for a guest, event descriptors, a signal that ends a system call, and files that are read
 * and written without a copy.
 *
 * <p>Only what more than one room uses is here; numbers of one device's interface are with that device.
 */
@Export
@Version("1.0.0")
package io.trapline.linux;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
