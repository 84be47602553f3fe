package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.trapline.device.Device;
import io.trapline.machine.Machines;
import org.junit.jupiter.api.Test;

/** Devices and those who look at machines from above know nothing of each other, and mean the same machine. */
class DefaultMachineTest {
    @Test
    void isTheSameFromAboveAndFromBelow() {
        assertEquals(Device.DEFAULT_MACHINE, Machines.DEFAULT);
    }
}
