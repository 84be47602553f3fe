package io.trapline.ioreq;

import io.trapline.device.Device;

/**
 * A device service, and where it comes from.
 *
 * @param device the service
 * @param name the device's name in its machine
 * @param client the ioreq client that it asks for
 * @param bundle symbolic name of its bundle
 * @param version that bundle's version, as it was when the service came
 * @param bundleId that bundle's number
 */
record Plug(
        Device device, String name, String client, String bundle, String version, long bundleId) {}
