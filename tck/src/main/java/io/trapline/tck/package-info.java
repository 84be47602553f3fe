/**
 * A machine by hand, for the unit tests of a device: one board with ports, memory, interrupt lines and a clock
 * that moves when the test says so. It refuses what the machine refuses and answers where nobody is as the
 * machine does; what it has not got throws {@link java.lang.UnsupportedOperationException} and says so.
 *
 * <p>One thread, the test's, holds the baton throughout: it makes accesses, lets time pass and runs what was
 * posted. Only {@link io.trapline.tck.TestBoard#post} and the memory may be used from others. What a device
 * throws comes out of the call that reached it.
 */
package io.trapline.tck;
