package io.trapline.virtioblk;

import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.util.Map;

/** A configuration as Declarative Services makes it: what is set, else its default, else nothing. */
final class Configured {
    private Configured() {}

    static BlockComponent.Config disk(Map<String, Object> settings) {
        return of(BlockComponent.Config.class, settings);
    }

    static <T extends Annotation> T of(Class<T> type, Map<String, Object> settings) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (self, key, none) ->
                                settings.getOrDefault(key.getName(), key.getDefaultValue())));
    }
}
