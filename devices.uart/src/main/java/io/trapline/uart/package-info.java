/** The 16550A serial port: its model, and the component that publishes it. */
package io.trapline.uart;
