package io.trapline.oracle;

import io.trapline.oracle.Reply.Edge;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** One side of a comparison of disks: its port, its monitor, and the levels of its interrupt lines. */
final class DiskSide implements AutoCloseable {
    final boolean qemu;
    private final Endpoint port;
    private final Qmp monitor;
    private final List<String> said = new ArrayList<>();
    private final BitSet lines = new BitSet();
    private int commands;

    DiskSide(boolean qemu, Endpoint port, Qmp monitor) {
        this.qemu = qemu;
        this.port = port;
        this.monitor = monitor;
    }

    /** The same side, through something on the wire. */
    DiskSide through(Endpoint other) {
        return new DiskSide(qemu, other, monitor);
    }

    Endpoint port() {
        return port;
    }

    private static String text(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }

    /** A command whose reply says nothing; it goes out with the next that asks. */
    void say(String command) {
        said.add(command);
    }

    String ask(String command) {
        said.add(command);
        List<Reply> replies = port.ask(said);
        commands += said.size();
        for (int i = 0; i < replies.size(); i++) {
            Reply reply = replies.get(i);
            if (!reply.ok()) {
                throw new IllegalStateException(said.get(i) + ": " + reply);
            }
            for (Edge edge : reply.edges()) {
                lines.set(edge.gsi(), edge.high());
            }
        }
        said.clear();
        return replies.get(replies.size() - 1).text();
    }

    private long number(String command) {
        return Long.parseUnsignedLong(ask(command).substring("OK 0x".length()), 16);
    }

    /** How many commands there were. */
    int commands() {
        return commands;
    }

    /** As of the last command that was asked. */
    boolean line(int gsi) {
        return lines.get(gsi);
    }

    private static char letter(int width) {
        return switch (width) {
            case 1 -> 'b';
            case 2 -> 'w';
            case 4 -> 'l';
            default -> 'q';
        };
    }

    void write(long address, int width, long value) {
        long cut = width == 8 ? value : value & (1L << 8 * width) - 1;
        say(text("write%c 0x%x 0x%x", letter(width), address, cut));
    }

    long read(long address, int width) {
        return number(text("read%c 0x%x", letter(width), address));
    }

    void out(int port, int width, long value) {
        say(text("out%c 0x%x 0x%x", letter(width), port, value & 0xFFFF_FFFFL));
    }

    long in(int port, int width) {
        return number(text("in%c 0x%x", letter(width), port));
    }

    void fill(long address, int length, int value) {
        say(text("memset 0x%x 0x%x 0x%x", address, length, value));
    }

    void store(long address, byte[] bytes) {
        say(text("write 0x%x 0x%x 0x%s", address, bytes.length, HexFormat.of().formatHex(bytes)));
    }

    byte[] load(long address, int length) {
        String reply = ask(text("read 0x%x 0x%x", address, length));
        return HexFormat.of().parseHex(reply.substring("OK 0x".length()));
    }

    void resize(Disk disk, long bytes) {
        monitor.execute(
                "block_resize", text("{\"device\": \"%s\", \"size\": %d}", disk.name(), bytes));
    }

    /** The administrator plugs a disk in, whose drive is there. */
    void add(Disk disk) {
        StringBuilder arguments = new StringBuilder();
        for (String property : ("driver=" + disk.device()).split(",")) {
            int equals = property.indexOf('=');
            arguments
                    .append(arguments.isEmpty() ? "{" : ", ")
                    .append(text("\"%s\": ", property.substring(0, equals)))
                    .append(text("\"%s\"", property.substring(equals + 1)));
        }
        monitor.execute("device_add", arguments + "}");
    }

    /** The administrator wants it out: the guest hears of it. */
    void delete(Disk disk) {
        monitor.execute("device_del", text("{\"id\": \"%s\"}", disk.id()));
    }

    /** Waits until a device is gone; which. */
    String awaitDeleted() {
        return monitor.awaitDeleted();
    }

    @Override
    public void close() {
        try (port) {
            monitor.close();
        } catch (java.io.IOException e) {
            // It is killed anyway.
        }
    }
}
