package io.trapline.uart;

import java.lang.reflect.Proxy;
import java.util.Map;

/** A configuration as Declarative Services makes one: what is given, and the defaults. */
final class Configured {
    private Configured() {}

    static UartDevice.Config with(Map<String, Object> given) {
        return (UartDevice.Config)
                Proxy.newProxyInstance(
                        UartDevice.class.getClassLoader(),
                        new Class<?>[] {UartDevice.Config.class},
                        (proxy, method, arguments) ->
                                given.containsKey(method.getName())
                                        ? given.get(method.getName())
                                        : method.getDefaultValue());
    }
}
