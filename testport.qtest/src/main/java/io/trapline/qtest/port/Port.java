package io.trapline.qtest.port;

import io.trapline.qtest.machine.QtestMachine;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.locks.Lock;

/** One client, from the first line to the last. */
public final class Port {
    private final QtestMachine machine;
    private final Lock turn;
    private final PortLog log;

    /**
     * A port to a machine.
     *
     * @param turn held for as long as a command takes, so that a monitor's commands come between two of them
     * @param log null: none
     */
    public Port(QtestMachine machine, Lock turn, PortLog log) {
        this.machine = machine;
        this.turn = turn;
        this.log = log;
    }

    /**
     * Serves until the client is gone, or somebody closes a channel. Never ends because of what a client says.
     */
    public void serve(ReadableByteChannel in, WritableByteChannel out) {
        try {
            Replies replies = new Replies(out, log);
            Commands commands = new Commands(machine, replies);
            LineReader reader = new LineReader(in, replies::flush);
            Line line = new Line();
            for (LineReader.Found found = reader.next(line);
                    found != LineReader.Found.END;
                    found = reader.next(line)) {
                if (log != null) {
                    log.received(found == LineReader.Found.LINE ? line.text() : "(too long)");
                }
                if (found == LineReader.Found.TOO_LONG) {
                    replies.fail("a line is longer than " + LineReader.LONGEST + " bytes");
                } else {
                    run(commands, line);
                }
            }
            replies.flush();
        } catch (IOException e) {
            // The client is gone without having read everything, or the channel was closed: an end
            // as good as any.
        } finally {
            machine.lines().listen(null);
        }
    }

    private void run(Commands commands, Line line) throws IOException {
        turn.lock();
        try {
            commands.run(line);
        } finally {
            turn.unlock();
        }
    }
}
