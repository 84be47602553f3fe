/**
 * The 16550A serial port. {@link io.trapline.uart.Uart} is the datasheet (PC16550D, National Semiconductor, June
 * 1995), without OSGi; {@link io.trapline.uart.UartDevice} plugs one into a machine. The bytes come from and go to
 * a {@link io.trapline.chardev.Chardev}, which outlives the device.
 */
package io.trapline.uart;
