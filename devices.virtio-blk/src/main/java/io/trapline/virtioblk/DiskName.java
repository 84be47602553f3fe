package io.trapline.virtioblk;

import io.trapline.device.Device;
import java.util.Map;

/** Which disk of which machine: {@link Device#NAME} and {@link Device#MACHINE}, read as the machines read them. */
record DiskName(String machine, String name) {
    private static final String PID = "service.pid";

    static DiskName of(Map<String, Object> properties) {
        String machine = text(properties, Device.MACHINE);
        String name = text(properties, Device.NAME);
        String pid = text(properties, PID);
        return new DiskName(
                machine.isEmpty() ? Device.DEFAULT_MACHINE : machine,
                name.isEmpty() ? pid.substring(pid.indexOf('~') + 1) : name);
    }

    private static String text(Map<String, Object> properties, String key) {
        return properties.get(key) instanceof String text ? text.trim() : "";
    }
}
