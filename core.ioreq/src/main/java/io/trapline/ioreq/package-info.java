/**
 * The core: owns the connection to the hypervisor, the registry of ioreq clients, and the way of a request
 * from its slot to a device and back.
 *
 * <p>{@link io.trapline.ioreq.Dispatcher} takes a request and looks its place up in an immutable {@link
 * io.trapline.ioreq.RangeMap}; the {@link io.trapline.ioreq.IoreqClient} found there is a baton under which the
 * device runs; {@link io.trapline.ioreq.Bay} is the place of one named device, whatever is plugged into it
 * today. Nothing on that way allocates or locks.
 */
package io.trapline.ioreq;
