/**
 * The ports behind {@link io.trapline.chardev.Chardevs}. A {@link io.trapline.chardev.port.Port} is two bounded
 * buffers and a mover, which carries bytes between them and the host with a thread of its own; {@link
 * io.trapline.chardev.port.Ports} knows who has which port, and keeps one for a grace time after its last user.
 * Only {@link io.trapline.chardev.port.Libc} needs JNA.
 */
package io.trapline.chardev.port;
