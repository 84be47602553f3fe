package io.trapline.qtest.monitor;

import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** One client of a monitor, from the greeting to its end. */
public final class Monitor implements MonitorCommands.Events {
    private static final String GREETING =
            "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 0, \"minor\": 2, \"major\": 7}, \"package\":"
                    + " \"\"}, \"capabilities\": []}}";

    private final ByteChannel channel;
    private final MonitorCommands commands;

    /** A monitor on an open channel. */
    public Monitor(ByteChannel channel, MonitoredMachine machine) {
        this.channel = channel;
        this.commands = new MonitorCommands(machine, this);
    }

    /** Serves until the client is gone, or somebody closes the channel. Never ends because of what it says. */
    public void serve() throws InterruptedException {
        try {
            send(GREETING);
            ObjectReader reader = new ObjectReader(channel);
            while (true) {
                try {
                    String text = reader.next();
                    if (text == null) {
                        return;
                    }
                    answer(text);
                } catch (ObjectReader.Garbage e) {
                    send(error(null, new MonitorError(MonitorError.GENERIC, e.getMessage())));
                }
            }
        } catch (IOException e) {
            // The client is gone: an end as good as any.
        }
    }

    private void answer(String text) throws IOException, InterruptedException {
        JsonValue id = null;
        try {
            JsonObject command = read(text);
            id = command.get("id");
            JsonValue result = commands.run(command);
            send(withId(Json.object().add("return", result), id));
            commands.afterwards();
        } catch (MonitorError e) {
            send(error(id, e));
        }
    }

    private static JsonObject read(String text) throws MonitorError {
        try {
            return Json.read(text);
        } catch (RuntimeException e) {
            throw new MonitorError(MonitorError.GENERIC, "JSON parse error, " + e.getMessage());
        }
    }

    private static String error(JsonValue id, MonitorError e) {
        JsonObjectBuilder why = Json.object().add("class", e.kind()).add("desc", e.getMessage());
        return withId(Json.object().add("error", why), id);
    }

    private static String withId(JsonObjectBuilder answer, JsonValue id) {
        return (id == null ? answer : answer.add("id", id)).build().toString();
    }

    @Override
    public void tell(String event, JsonObject data) throws IOException {
        Instant now = Instant.now();
        JsonObjectBuilder told =
                Json.object()
                        .add(
                                "timestamp",
                                Json.object()
                                        .add("seconds", now.getEpochSecond())
                                        .add("microseconds", now.getNano() / 1000))
                        .add("event", event);
        send((data.isEmpty() ? told : told.add("data", data)).build().toString());
    }

    /** By the thread that serves, or by who has something to tell. */
    private synchronized void send(String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((text + "\r\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
