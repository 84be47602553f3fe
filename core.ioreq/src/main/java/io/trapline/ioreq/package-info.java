/** Takes I/O requests from a backend and gives each to the device that claimed its address. */
package io.trapline.ioreq;
