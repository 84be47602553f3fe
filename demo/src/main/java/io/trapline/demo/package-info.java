/** Shows a device being swapped under a running guest. */
package io.trapline.demo;
