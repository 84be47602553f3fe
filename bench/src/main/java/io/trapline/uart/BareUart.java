package io.trapline.uart;

import io.trapline.chardev.Chardevs;
import io.trapline.device.Device;
import java.lang.reflect.Proxy;

/** The UART device as its bundle makes it, without the bundle. */
public final class BareUart {
    private BareUart() {}

    /**
     * A UART with the defaults of its configuration: ports 3f8 to 3ff, interrupt 4.
     *
     * @param chardevs opens what it is wired to
     */
    public static Device com1(Chardevs chardevs) {
        UartDevice.Config defaults =
                (UartDevice.Config)
                        Proxy.newProxyInstance(
                                BareUart.class.getClassLoader(),
                                new Class<?>[] {UartDevice.Config.class},
                                (self, setting, arguments) -> setting.getDefaultValue());
        return new UartDevice(defaults, chardevs);
    }
}
