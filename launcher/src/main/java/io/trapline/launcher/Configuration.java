package io.trapline.launcher;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.felix.cm.json.io.ConfigurationReader;
import org.apache.felix.cm.json.io.ConfigurationResource;
import org.apache.felix.cm.json.io.Configurations;

/**
 * The configuration of a whole process: one JSON object, a PID each, in the format of the OSGi Configurator (OSGi
 * Compendium 8, chapter 150), comments allowed.
 */
final class Configuration {
    /** Factory PID of machines. */
    static final String MACHINE = "machine";

    private final Path file;
    private final String text;
    private final Map<String, Map<String, Object>> byPid = new TreeMap<>();

    private Configuration(Path file, String text) {
        this.file = file;
        this.text = text;
    }

    /** Without anything in it. */
    static Configuration empty() {
        return new Configuration(null, "");
    }

    static Configuration read(Path file) throws BadInput {
        String text = textOf(file);
        Configuration configuration = new Configuration(file, text);
        ConfigurationReader reader =
                Configurations.buildReader()
                        .verifyAsBundleResource(true)
                        .build(new StringReader(Comments.blank(text)));
        try {
            ConfigurationResource resource = reader.readConfigurationResource();
            for (String error : reader.getIgnoredErrors()) {
                throw new BadInput(file + ": " + error);
            }
            for (Map.Entry<String, Hashtable<String, Object>> entry :
                    resource.getConfigurations().entrySet()) {
                configuration.put(entry.getKey(), new TreeMap<>(entry.getValue()));
            }
        } catch (IOException e) {
            throw JsonFault.explain(file, text, e);
        }
        return configuration;
    }

    private static String textOf(Path file) throws BadInput {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new BadInput("configuration " + file + ": no such file", e);
        } catch (MalformedInputException e) {
            throw new BadInput("configuration " + file + ": is not UTF-8 text", e);
        } catch (IOException e) {
            throw new BadInput("configuration " + file + ": cannot be read: " + reason(e), e);
        }
    }

    private static String reason(IOException e) {
        return e instanceof java.nio.file.AccessDeniedException
                ? "permission denied"
                : e.getMessage();
    }

    /** Adds a configuration, or replaces it. */
    Configuration put(String pid, Map<String, Object> properties) {
        byPid.put(pid, new TreeMap<>(properties));
        return this;
    }

    /** Sets keys of the only machine, or of {@code main}; that is made if there is none. */
    void machine(Map<String, Object> properties) throws BadInput {
        if (properties.isEmpty()) {
            return;
        }
        byPid.computeIfAbsent(
                        MACHINE + "~" + theMachine(properties.keySet().toString()),
                        pid -> new TreeMap<>())
                .putAll(properties);
    }

    /**
     * The machine that the command line means: the only one, or {@code main}.
     *
     * @param what that is said of it, for the message
     */
    String theMachine(String what) throws BadInput {
        List<String> machines = machines();
        String name = machines.size() == 1 ? machines.get(0) : "main";
        if (machines.size() > 1 && !machines.contains(name)) {
            throw new BadInput(
                    "which machine? "
                            + file
                            + " has "
                            + String.join(", ", machines)
                            + "; write "
                            + what
                            + " there, or call one of them main");
        }
        return name;
    }

    /** Whether there is that configuration. */
    boolean has(String pid) {
        return byPid.containsKey(pid);
    }

    /**
     * Gives every machine something to boot: an image that is named must be readable, and one that is not is the
     * test guest. The simulator passes it over.
     */
    void images(Path testGuest) throws BadInput {
        for (String name : machines()) {
            String pid = MACHINE + "~" + name;
            Object image = value(pid, "image");
            if (image == null || image.toString().isEmpty()) {
                byPid.get(pid).put("image", testGuest.toString());
            } else {
                checkImage(at(pid, "image"), name, Path.of(image.toString()));
            }
        }
    }

    private static void checkImage(String where, String machine, Path image) throws BadInput {
        String fault =
                !Files.exists(image)
                        ? "no such file"
                        : Files.isDirectory(image)
                                ? "is a folder"
                                : !Files.isReadable(image)
                                        ? "cannot be read: permission denied"
                                        : null;
        if (fault != null) {
            throw new BadInput(where + "machine " + machine + ": image " + image + ": " + fault);
        }
    }

    /** The names of the machines. */
    List<String> machines() {
        List<String> names = new ArrayList<>();
        for (String pid : byPid.keySet()) {
            if (pid.startsWith(MACHINE + "~")) {
                names.add(pid.substring(MACHINE.length() + 1));
            }
        }
        return names;
    }

    /** A value; null if it is not set. */
    Object value(String pid, String key) {
        return byPid.getOrDefault(pid, Map.of()).get(key);
    }

    /**
     * Compares it with what the shipped bundles know, and gives each value the type that its key asks for.
     *
     * @param metatype what they know
     * @param notes what is allowed but strange
     * @throws BadInput at the first mistake: where, what, and what would be right
     */
    void check(Metatype metatype, Consumer<String> notes) throws BadInput {
        if (machines().isEmpty()) {
            notes.accept(
                    at("", "")
                            + "no machine in it: nothing will run; write one as \""
                            + MACHINE
                            + "~main\": {}");
        }
        for (Map.Entry<String, Map<String, Object>> configuration : byPid.entrySet()) {
            String pid = configuration.getKey();
            Map<String, Metatype.Attribute> keys = metatype.keys(pid);
            if (keys == null) {
                notes.accept(
                        at(pid, "")
                                + pid
                                + ": no shipped bundle knows this; known: "
                                + String.join(", ", metatype.pids()));
                continue;
            }
            for (Map.Entry<String, Object> property : configuration.getValue().entrySet()) {
                property.setValue(checked(pid, property.getKey(), property.getValue(), keys));
            }
        }
    }

    private Object checked(
            String pid, String key, Object value, Map<String, Metatype.Attribute> keys)
            throws BadInput {
        Metatype.Attribute attribute = keys.get(key);
        if (attribute == null) {
            if (key.endsWith(".target") || key.startsWith("service.")) {
                return value;
            }
            StringBuilder known = new StringBuilder();
            keys.forEach(
                    (name, a) ->
                            known.append("\n    ").append(name).append(": ").append(a.words()));
            throw new BadInput(
                    at(pid, key) + pid + ": unknown key \"" + key + "\"; known:" + known);
        }
        try {
            return Typed.value(value, attribute);
        } catch (IllegalArgumentException e) {
            throw new BadInput(
                    at(pid, key)
                            + pid
                            + ": "
                            + key
                            + " = "
                            + Typed.show(value)
                            + ", wanted "
                            + attribute.words(),
                    e);
        }
    }

    /** File and line of a key, for a message; only the file if it is not found. */
    private String at(String pid, String key) {
        if (file == null) {
            return "";
        }
        int index = text.indexOf('"' + pid + '"');
        int below = index < 0 || key.isEmpty() ? index : text.indexOf('"' + key, index);
        if (below < 0) {
            return file + ": ";
        }
        return file + ":" + (text.substring(0, below).lines().count()) + ": ";
    }

    /** As the Configurator wants it. */
    String toJson() {
        Map<String, Object> root = new TreeMap<>(byPid);
        root.put(":configurator:resource-version", 1L);
        root.put(":configurator:symbolic-name", "io.trapline.configuration");
        root.put(":configurator:version", "1.0.0");
        return Typed.json(Collections.unmodifiableMap(root));
    }
}
