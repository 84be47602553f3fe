package io.trapline.qtest.monitor;

import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import java.io.StringReader;

/** JSON, by the library of the runtime. */
final class Json {
    /** What builds and reads. */
    static final JsonProvider LIBRARY = find();

    private Json() {}

    /** It is looked for by the thread's class loader, which may know another copy: the launcher has one. */
    private static JsonProvider find() {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(JsonProvider.class.getClassLoader());
        try {
            return JsonProvider.provider();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** Reads an object; any RuntimeException says that it is none. */
    static JsonObject read(String text) {
        try (var reader = LIBRARY.createReader(new StringReader(text))) {
            return reader.readObject();
        }
    }

    static JsonObjectBuilder object() {
        return LIBRARY.createObjectBuilder();
    }

    /** An object of one name. */
    static JsonObject named(String name) {
        return object().add("name", name).build();
    }
}
