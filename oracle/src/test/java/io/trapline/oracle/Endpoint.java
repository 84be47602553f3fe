package io.trapline.oracle;

import java.util.List;

/** One of the two sides: commands go in together, replies come out one for each. */
interface Endpoint extends AutoCloseable {
    /** Hands over commands, without waiting for what they do. */
    void send(List<String> lines);

    /** Waits for the replies to the next so many commands. */
    List<Reply> receive(int count);

    default List<Reply> ask(List<String> lines) {
        send(lines);
        return receive(lines.size());
    }

    /** One command. Fails if it is refused. */
    default Reply ask(String line) {
        Reply reply = ask(List.of(line)).get(0);
        if (!reply.ok()) {
            throw new IllegalStateException(line + ": " + reply);
        }
        return reply;
    }

    /** Ends it; nothing of it is left. */
    @Override
    void close();
}
