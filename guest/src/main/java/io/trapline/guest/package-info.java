/** The bare-metal guest with which the tests and the demonstration run, as a resource. */
package io.trapline.guest;
