/**
 * The bare-metal guests with which the tests, the demonstration and the measurements run. There is no class:
 * the images are the jar's resources {@code guest/monitor.bin}, {@code guest/loops.bin} and {@code
 * guest/loops.rom}.
 */
package io.trapline.guest;
