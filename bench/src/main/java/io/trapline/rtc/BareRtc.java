package io.trapline.rtc;

import io.trapline.device.Board;
import io.trapline.device.Device;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** The RTC device as its bundle makes it, without the bundle. */
public final class BareRtc {
    private static final ClassLoader LOADER = BareRtc.class.getClassLoader();

    private BareRtc() {}

    /**
     * A clock with the defaults of its configuration: ports 70 and 71, interrupt 8.
     *
     * @param posted false: its board does not let it post the index
     */
    public static Device rtc(boolean posted) {
        RtcDevice.Config defaults =
                (RtcDevice.Config)
                        Proxy.newProxyInstance(
                                LOADER,
                                new Class<?>[] {RtcDevice.Config.class},
                                (self, setting, arguments) -> setting.getDefaultValue());
        RtcDevice rtc = new RtcDevice(defaults);
        return posted ? rtc : new Unposted(rtc);
    }

    private record Unposted(Device device) implements Device {
        @Override
        public void install(Board board) {
            device.install(
                    (Board)
                            Proxy.newProxyInstance(
                                    LOADER,
                                    new Class<?>[] {Board.class},
                                    (self, method, arguments) -> {
                                        if (method.getName().equals("posted")) {
                                            return null;
                                        }
                                        try {
                                            return method.invoke(board, arguments);
                                        } catch (InvocationTargetException e) {
                                            throw e.getCause();
                                        }
                                    }));
        }

        @Override
        public void reset() {
            device.reset();
        }
    }
}
