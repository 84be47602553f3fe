package io.trapline.uart;

import io.trapline.chardev.Chardev;
import java.util.ArrayDeque;
import java.util.Deque;

/** A chardev whose other end is a program: it types, refuses, comes and goes. Keeps a sum of what it was sent. */
final class ScriptedChardev implements Chardev {
    private static final int TYPED_LIMIT = 4096;
    private static final int ERRORS = Integer.numberOfTrailingZeros(PARITY_ERROR);

    private final Deque<Integer> typed = new ArrayDeque<>();
    private int room = 16;
    private boolean connected = true;
    private boolean breaking;
    private long sent;
    private int sum;
    private int told;
    private Listener listener;

    /** Another one, in the same condition, to whom nobody listens. */
    ScriptedChardev copy() {
        ScriptedChardev copy = new ScriptedChardev();
        copy.typed.addAll(typed);
        copy.room = room;
        copy.connected = connected;
        copy.breaking = breaking;
        copy.sent = sent;
        copy.sum = sum;
        return copy;
    }

    /** Somebody at the other end sends so many bytes that rise from a first one. */
    void type(int first, int count) {
        for (int i = 0; i < count && typed.size() < TYPED_LIMIT; i++) {
            typed.add(first + i & 0xFF);
        }
        tell(true);
    }

    /** A break, or a character in an unusual condition. */
    void garble(int how) {
        if (typed.size() < TYPED_LIMIT) {
            int errors = how & 0x07;
            typed.add(errors << ERRORS | ((errors << ERRORS & BREAK) != 0 ? 0 : how));
        }
        tell(true);
    }

    /** There is room for so many bytes from now on. */
    void room(int bytes) {
        room = bytes;
        tell(false);
    }

    /** Who goes leaves room: what nobody reads is swallowed. */
    void connect(boolean now) {
        connected = now;
        tell(true);
        if (!now) {
            tell(false);
        }
    }

    void tell(boolean readable) {
        if (listener == null) {
            return;
        }
        told++;
        if (readable) {
            listener.readable();
        } else {
            listener.writable();
        }
    }

    /** Calls of the listener. */
    int told() {
        return told;
    }

    /** What the other end knows of the device. */
    record Seen(long sent, int sum, boolean breaking, int untaken) {}

    Seen seen() {
        return new Seen(sent, sum, breaking, typed.size());
    }

    @Override
    public String description() {
        return "scripted";
    }

    @Override
    public boolean connected() {
        return connected;
    }

    @Override
    public void listen(Listener next) {
        listener = next;
        tell(true);
    }

    @Override
    public int read() {
        return typed.isEmpty() ? -1 : typed.remove();
    }

    @Override
    public boolean write(int value) {
        if (connected && room == 0) {
            return false;
        }
        room -= connected ? 1 : 0;
        sent++;
        sum = sum * 31 + (value & 0xFF);
        return true;
    }

    @Override
    public void breaking(boolean on) {
        breaking = on;
    }

    @Override
    public void close() {
        listener = null;
    }
}
