/** What the tests put into bundles of their own, built while they run: imports the device's contract only. */
package io.trapline.it.device;
