package io.trapline.uart;

import io.trapline.chardev.Chardev;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/** A chardev whose other end is the test: what was typed, what was printed, how much room there is. */
final class FakeChardev implements Chardev {
    final Queue<Integer> typed = new ArrayDeque<>();
    final StringBuilder printed = new StringBuilder();
    final List<Boolean> breaks = new ArrayList<>();
    int room = Integer.MAX_VALUE;
    boolean connected = true;
    boolean closed;
    Listener listener;

    @Override
    public String description() {
        return "fake";
    }

    @Override
    public boolean connected() {
        return connected;
    }

    @Override
    public void listen(Listener told) {
        listener = told;
        told.readable();
    }

    @Override
    public int read() {
        return typed.isEmpty() ? -1 : typed.remove();
    }

    @Override
    public boolean write(int value) {
        if (room == 0) {
            return false;
        }
        room--;
        printed.append((char) value);
        return true;
    }

    @Override
    public void breaking(boolean on) {
        breaks.add(on);
    }

    @Override
    public void close() {
        closed = true;
    }
}
