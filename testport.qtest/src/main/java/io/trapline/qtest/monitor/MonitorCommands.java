package io.trapline.qtest.monitor;

import io.trapline.qtest.options.BadOption;
import io.trapline.qtest.options.KeyValues;
import io.trapline.qtest.setup.Assembly;
import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/** The commands of a monitor, as a table, and what each does. */
final class MonitorCommands {
    private static final Set<String> KEYS = Set.of("execute", "arguments", "id");
    private static final int SECTOR = 512;

    /** Hears what happens besides the answer. */
    interface Events {
        /** An event happened. */
        void tell(String event, JsonObject data) throws IOException;
    }

    @FunctionalInterface
    private interface Action {
        JsonValue run(JsonObject arguments)
                throws MonitorError, BadOption, Assembly.Failed, IOException, InterruptedException;
    }

    private final MonitoredMachine machine;
    private final Events events;
    private final Map<String, Action> table = new TreeMap<>();

    /** What is told, or done, once the answer is sent. */
    private After after = () -> {};

    private interface After {
        void run() throws IOException;
    }

    MonitorCommands(MonitoredMachine machine, Events events) {
        this.machine = machine;
        this.events = events;
        // spotless:off
        table.put("qmp_capabilities", arguments -> JsonValue.EMPTY_JSON_OBJECT);
        table.put("query-version",    arguments -> version());
        table.put("query-commands",   arguments -> names(table.keySet()));
        table.put("query-machines",   arguments -> list(machine.machines(), MonitorCommands::machine));
        table.put("qom-list-types",   arguments -> names(machine.deviceTypes()));
        table.put("query-status",     arguments -> status());
        table.put("block_resize",     this::resize);
        table.put("device_add",       this::add);
        table.put("device_del",       this::delete);
        table.put("system_reset",     arguments -> done(machine::reset, "RESET"));
        table.put("stop",             arguments -> done(machine::pause, "STOP"));
        table.put("cont",             arguments -> done(machine::resume, "RESUME"));
        table.put("quit",             arguments -> quit());
        // spotless:on
    }

    /** Does a command. */
    JsonValue run(JsonObject command) throws MonitorError, InterruptedException {
        after = () -> {};
        for (String key : command.keySet()) {
            if (!KEYS.contains(key)) {
                throw new MonitorError(MonitorError.GENERIC, "a command has no '" + key + "'");
            }
        }
        Action action = table.get(text(command, "execute"));
        if (action == null) {
            throw new MonitorError(
                    "CommandNotFound",
                    "The command " + text(command, "execute") + " has not been found");
        }
        JsonValue arguments = command.getOrDefault("arguments", JsonValue.EMPTY_JSON_OBJECT);
        if (arguments.getValueType() != JsonValue.ValueType.OBJECT) {
            throw new MonitorError(MonitorError.GENERIC, "'arguments' is no object");
        }
        try {
            return action.run(arguments.asJsonObject());
        } catch (BadOption | Assembly.Failed | IOException | IllegalStateException e) {
            throw new MonitorError(MonitorError.GENERIC, e.getMessage());
        }
    }

    /** What follows the answer. */
    void afterwards() throws IOException {
        after.run();
    }

    private static String text(JsonObject from, String key) throws MonitorError {
        if (from.get(key) instanceof JsonString text) {
            return text.getString();
        }
        throw new MonitorError(MonitorError.GENERIC, "'" + key + "' is no text, or is missing");
    }

    private static JsonObject version() {
        return Json.object()
                .add("qemu", Json.object().add("micro", 0).add("minor", 2).add("major", 7))
                .add("package", "")
                .build();
    }

    private static JsonObject machine(String name) {
        return Json.object()
                .add("name", name)
                .add("cpu-max", 1)
                .add("hotpluggable-cpus", false)
                .add("numa-mem-supported", false)
                .add("deprecated", false)
                .build();
    }

    private static JsonArray names(Iterable<String> names) {
        return list(names, Json::named);
    }

    private static JsonArray list(Iterable<String> names, Function<String, JsonObject> row) {
        JsonArrayBuilder rows = Json.LIBRARY.createArrayBuilder();
        names.forEach(name -> rows.add(row.apply(name)));
        return rows.build();
    }

    private JsonObject status() {
        boolean running = machine.running();
        return Json.object()
                .add("running", running)
                .add("singlestep", false)
                .add("status", running ? "running" : "paused")
                .build();
    }

    private JsonValue resize(JsonObject arguments)
            throws MonitorError, BadOption, Assembly.Failed, IOException, InterruptedException {
        String drive = text(arguments, arguments.containsKey("node-name") ? "node-name" : "device");
        if (!machine.resize(drive, bytes(arguments.get("size")))) {
            throw new MonitorError(MonitorError.GENERIC, "there is no disk " + drive);
        }
        return JsonValue.EMPTY_JSON_OBJECT;
    }

    private static long bytes(JsonValue size) throws MonitorError {
        long bytes = 0;
        try {
            bytes = size instanceof JsonNumber number ? number.longValueExact() : 0;
        } catch (ArithmeticException e) {
            // a fraction, or more than any disk has
        }
        if (bytes <= 0 || bytes % SECTOR != 0) {
            throw new MonitorError(
                    MonitorError.GENERIC,
                    "'size' is missing, or no number of bytes, a multiple of " + SECTOR);
        }
        return bytes;
    }

    private JsonValue add(JsonObject arguments)
            throws MonitorError, BadOption, Assembly.Failed, IOException, InterruptedException {
        Map<String, String> settings = new LinkedHashMap<>();
        for (Map.Entry<String, JsonValue> argument : arguments.entrySet()) {
            settings.put(argument.getKey(), plain(argument.getKey(), argument.getValue()));
        }
        String driver = text(arguments, "driver");
        machine.add(new KeyValues(driver, settings));
        return JsonValue.EMPTY_JSON_OBJECT;
    }

    private static String plain(String key, JsonValue value) throws MonitorError {
        return switch (value.getValueType()) {
            case STRING -> ((JsonString) value).getString();
            case NUMBER -> value.toString();
            case TRUE -> "on";
            case FALSE -> "off";
            default ->
                    throw new MonitorError(MonitorError.GENERIC, "'" + key + "' is no plain value");
        };
    }

    private JsonValue delete(JsonObject arguments)
            throws MonitorError, BadOption, IOException, InterruptedException {
        String id = text(arguments, "id");
        JsonObject data =
                Json.object().add("device", id).add("path", "/machine/peripheral/" + id).build();
        Told told = new Told(() -> events.tell("DEVICE_DELETED", data));
        if (!machine.delete(id, told::happened)) {
            throw new MonitorError("DeviceNotFound", "Device '" + id + "' not found");
        }
        after = told::answered;
        return JsonValue.EMPTY_JSON_OBJECT;
    }

    /** What is told once it has happened, but not before the answer to the command. */
    private static final class Told {
        private final After telling;
        private boolean happened;
        private boolean answered;

        Told(After telling) {
            this.telling = telling;
        }

        void happened() {
            try {
                tell(true, answered);
            } catch (IOException e) {
                // the client is gone, and wants to know no more
            }
        }

        void answered() throws IOException {
            tell(happened, true);
        }

        private synchronized void tell(boolean hasHappened, boolean isAnswered) throws IOException {
            happened = hasHappened || happened;
            answered = isAnswered || answered;
            if (happened && answered) {
                telling.run();
            }
        }
    }

    private JsonValue done(Runnable action, String event) {
        action.run();
        after = () -> events.tell(event, JsonValue.EMPTY_JSON_OBJECT);
        return JsonValue.EMPTY_JSON_OBJECT;
    }

    private JsonValue quit() {
        after = machine::quit;
        return JsonValue.EMPTY_JSON_OBJECT;
    }
}
