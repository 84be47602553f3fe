package io.trapline.rtc;

import io.trapline.device.Inspector;
import java.util.LinkedHashMap;
import java.util.Map;

/** What an inspection showed. */
final class Shown implements Inspector {
    final Map<String, Object> values = new LinkedHashMap<>();

    static Map<String, Object> of(Rtc rtc) {
        Shown shown = new Shown();
        rtc.inspect(shown);
        return shown.values;
    }

    @Override
    public Inspector register(String name, long value, int width) {
        values.put(name, value);
        return this;
    }

    @Override
    public Inspector number(String name, long value) {
        values.put(name, value);
        return this;
    }

    @Override
    public Inspector text(String name, String value) {
        values.put(name, value);
        return this;
    }

    @Override
    public Inspector flag(String name, boolean value) {
        values.put(name, value);
        return this;
    }

    @Override
    public Inspector group(String name) {
        return this;
    }
}
