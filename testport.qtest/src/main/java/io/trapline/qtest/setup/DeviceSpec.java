package io.trapline.qtest.setup;

import java.util.Map;

/**
 * A device that is wanted.
 *
 * @param pid factory PID of its configuration
 * @param name its name in the machine, and its id
 * @param settings keys of the configuration, as text
 */
public record DeviceSpec(String pid, String name, Map<String, String> settings) {}
