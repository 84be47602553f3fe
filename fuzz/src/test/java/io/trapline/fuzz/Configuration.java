package io.trapline.fuzz;

import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.util.Map;

/** A component's configuration, as Declarative Services makes it: what is not given has its default. */
public final class Configuration {
    private Configuration() {}

    /**
     * A configuration.
     *
     * @param type the component property type
     * @param values by attribute name
     */
    public static <A extends Annotation> A of(Class<A> type, Map<String, ?> values) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (proxy, method, arguments) ->
                                values.containsKey(method.getName())
                                        ? values.get(method.getName())
                                        : method.getDefaultValue()));
    }
}
