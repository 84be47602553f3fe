/** Measurements of the request path, with JMH; each figure is read against a yardstick of the same run. */
package io.trapline.bench;
