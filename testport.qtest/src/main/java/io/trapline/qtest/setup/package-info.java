/**
 * From a command line to a machine that runs: what it names becomes configurations, of the same kinds as in a
 * configuration file, and whatever device bundles are installed make devices of them.
 */
package io.trapline.qtest.setup;
