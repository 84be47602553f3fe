/**
 * The real-time clock of a PC and its CMOS RAM. {@link io.trapline.rtc.Rtc} is the datasheet (MC146818A, Motorola,
 * 1984), without OSGi; {@link io.trapline.rtc.RtcDevice} plugs one into a machine. Time is the machine's; the
 * host's clock is asked once, when the machine gets its power.
 */
package io.trapline.rtc;
