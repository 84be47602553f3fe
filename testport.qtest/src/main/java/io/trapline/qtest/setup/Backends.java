package io.trapline.qtest.setup;

import io.trapline.qtest.options.BadOption;
import io.trapline.qtest.options.KeyValues;
import java.util.HashMap;
import java.util.Map;

/** What {@code -chardev} and {@code -serial} define: one end of a line, by its id. */
public final class Backends {
    private final Map<String, KeyValues> byId = new HashMap<>();
    private final Map<String, KeyValues> newLines = new HashMap<>();

    /** Takes a {@code -chardev}. */
    void add(String option) throws BadOption {
        KeyValues backend = KeyValues.parse(option).withFirst("backend");
        String id = backend.get("id");
        if (id == null) {
            throw new BadOption("-chardev " + option + " has no id");
        }
        if (byId.putIfAbsent(id, backend) != null) {
            throw new BadOption("there are two -chardev with id=" + id);
        }
    }

    /**
     * Takes a {@code -serial}, in its own short notation.
     *
     * @return the id that stands for it; null: there is to be none
     */
    String addSerial(String option, int index) throws BadOption {
        if (option.equals("none")) {
            return null;
        }
        if (option.startsWith("chardev:")) {
            return option.substring("chardev:".length());
        }
        String id = "serial" + index;
        byId.put(id, shortNotation(option));
        return id;
    }

    /** {@code file:PATH}, {@code unix:PATH,server=on}, {@code tcp:HOST:PORT,server=on}, or a kind alone. */
    public static KeyValues shortNotation(String option) throws BadOption {
        KeyValues given = KeyValues.parse(option);
        int colon = given.first().indexOf(':');
        String kind = colon < 0 ? given.first() : given.first().substring(0, colon);
        String place = colon < 0 ? "" : given.first().substring(colon + 1);
        Map<String, String> values = new HashMap<>(given.values());
        switch (kind) {
            case "unix" -> values.put("path", place);
            case "tcp" -> {
                int port = place.lastIndexOf(':');
                if (port < 0) {
                    throw new BadOption(option + " has no port");
                }
                values.put("host", place.substring(0, port));
                values.put("port", place.substring(port + 1));
            }
            default -> values.put("path", place);
        }
        boolean socket = kind.equals("unix") || kind.equals("tcp");
        return new KeyValues(socket ? "socket" : kind, values);
    }

    /** The definition of an id. */
    public KeyValues get(String id) throws BadOption {
        KeyValues backend = byId.get(id);
        if (backend == null) {
            throw new BadOption("no -chardev with id=" + id + ", there is " + byId.keySet());
        }
        return backend;
    }

    /** What a device calls it: a spec of {@code lib.chardev}. */
    String spec(String id) throws BadOption {
        KeyValues backend = get(id);
        return switch (backend.first()) {
            case "null", "vc" -> "null";
            case "file" -> "file:" + required(id, backend, "path");
            case "pty" -> backend.get("path", "").isEmpty() ? "pty" : "pty:" + backend.get("path");
            case "socket" -> socket(id, backend);
            default ->
                    throw new BadOption(
                            "chardev "
                                    + id
                                    + ": no backend "
                                    + backend.first()
                                    + ", there is null, file, socket, pty");
        };
    }

    private String socket(String id, KeyValues backend) throws BadOption {
        if (!backend.on("server")) {
            newLines.put(Wire.name(id), backend);
            return "service:" + Wire.name(id);
        }
        if (backend.get("path") != null) {
            return "unix:" + backend.get("path");
        }
        String host = backend.get("host", "127.0.0.1");
        return "tcp:" + (host.isEmpty() ? "127.0.0.1" : host) + ":" + required(id, backend, "port");
    }

    /** Sockets to connect to, by the names that devices know them under, since this was last asked. */
    Map<String, KeyValues> newLines() {
        Map<String, KeyValues> taken = Map.copyOf(newLines);
        newLines.clear();
        return taken;
    }

    private static String required(String id, KeyValues backend, String key) throws BadOption {
        String value = backend.get(key);
        if (value == null || value.isEmpty()) {
            throw new BadOption("chardev " + id + ": " + backend.first() + " wants " + key);
        }
        return value;
    }
}
