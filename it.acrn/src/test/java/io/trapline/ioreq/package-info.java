/** The way into the core, whose machines are private to it. */
package io.trapline.ioreq;
