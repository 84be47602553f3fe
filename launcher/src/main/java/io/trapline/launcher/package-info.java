/**
 * The executable. It reads the command line and the configuration, starts the framework, installs the bundles by
 * start level and hands over to the service that does the command. It shares no class with any bundle: what
 * crosses the border are framework properties, {@link java.util.concurrent.Callable} and {@link
 * java.nio.channels.ByteChannel}.
 */
package io.trapline.launcher;
