package io.trapline.hotplug;

import io.trapline.device.DeviceState;
import java.util.Map;

/** What a successor needs: {@code pci.hotplug}, version 1. */
record ControllerState(int known, int asked, int up, int status, int enable) {
    private static final String SCHEMA = "pci.hotplug";
    private static final int VERSION = 1;
    private static final int WORD = 0xFFFF;

    static ControllerState of(DeviceState state) {
        state.require(SCHEMA, VERSION);
        return new ControllerState(
                (int) state.number("known"),
                (int) state.number("asked"),
                (int) state.number("up"),
                (int) state.number("status") & WORD,
                (int) state.number("enable") & WORD);
    }

    DeviceState toDeviceState() {
        return new DeviceState(
                SCHEMA,
                VERSION,
                Map.of(
                        "known", known,
                        "asked", asked,
                        "up", up,
                        "status", status,
                        "enable", enable));
    }
}
