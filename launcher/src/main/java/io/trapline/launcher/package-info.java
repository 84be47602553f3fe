/** The executable: starts the framework, installs the bundles, reads the configuration. */
package io.trapline.launcher;
