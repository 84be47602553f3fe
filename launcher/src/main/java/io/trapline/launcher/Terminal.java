package io.trapline.launcher;

import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * One terminal for two: the shell and the guest's console. What is typed goes to the one that has the focus; Ctrl-]
 * moves it. What the guest sends is shown at once while it has the focus. While the shell has it, whole lines are
 * shown above the prompt, and the rest waits.
 *
 * <p>Without a terminal there is no focus: standard input goes to one of the two for good. If that is the guest,
 * standard output is its alone, byte by byte, and everything else goes to standard error; if it is the shell, what
 * the guest sends comes in whole lines between the shell's.
 */
final class Terminal implements AutoCloseable {
    /** Who gets what is typed. */
    enum Focus {
        SHELL,
        GUEST;

        /** As it is written on the command line. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Ctrl-], as in telnet. */
    private static final int SWITCH = 0x1D;

    /** What the shell takes as: print the prompt again. No keyboard sends it. */
    private static final byte[] REDRAW = "\033[57399~".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] CLEAR_LINE = "\r\033[J".getBytes(StandardCharsets.US_ASCII);
    private static final int BELL = 7;
    private static final int LONGEST_LINE = 4096;

    private final InputStream in = new FileInputStream(FileDescriptor.in);
    private final PrintStream out = System.out;
    private final Optional<Tty> tty = Tty.open();
    private final ByteQueue toShell = new ByteQueue(4096);
    private final ByteQueue toGuest = new ByteQueue(4096);
    private final ByteArrayOutputStream waiting = new ByteArrayOutputStream();
    private final OutputStream guestOut = new GuestOutput();
    private volatile Focus focus;
    private boolean restored;

    Terminal(Focus focus) {
        this.focus = focus;
    }

    /** Takes the terminal over, until {@link #close}. */
    void open() {
        tty.ifPresent(Tty::raw);
        if (tty.isEmpty() && focus == Focus.GUEST) {
            System.setOut(System.err);
        }
        System.setIn(InputStream.nullInputStream());
        Thread reader = new Thread(this::read, "terminal");
        reader.setDaemon(true);
        reader.start();
    }

    /** Columns and rows, e.g. {@code 80x24}; empty without a terminal. */
    String size() {
        return tty.map(Tty::size).orElse("");
    }

    private void read() {
        byte[] buffer = new byte[512];
        try {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                for (int i = 0; i < count; i++) {
                    typed(buffer[i] & 0xFF);
                }
            }
        } catch (IOException | InterruptedException e) {
            // As if it had ended: there is nobody to tell.
        }
        // The guest's line stays open: a serial line has no end.
        toShell.end();
    }

    private void typed(int value) throws InterruptedException {
        ByteQueue target = focus == Focus.GUEST ? toGuest : toShell;
        if (tty.isEmpty()) {
            target.put(value);
        } else if (value == SWITCH) {
            move();
        } else if (!target.offer(value)) {
            out.write(BELL);
            out.flush();
        }
    }

    private synchronized void move() throws InterruptedException {
        focus = focus == Focus.SHELL ? Focus.GUEST : Focus.SHELL;
        out.print(
                focus == Focus.GUEST
                        ? "\r\n[the guest's console; Ctrl-] goes back to the shell]\r\n"
                        : "\r\n[the shell]\r\n");
        if (focus == Focus.GUEST) {
            out.write(waiting.toByteArray(), 0, waiting.size());
            waiting.reset();
        } else {
            redraw();
        }
        out.flush();
    }

    private void redraw() {
        for (byte b : REDRAW) {
            toShell.offer(b);
        }
    }

    /** What is typed for the shell. */
    InputStream shell() {
        return toShell.stream();
    }

    /** The guest's end. Closing it closes nothing: the next device to open it finds it as it is. */
    ByteChannel guest() {
        return new ByteChannel() {
            @Override
            public int read(ByteBuffer target) throws IOException {
                byte[] bytes = new byte[Math.min(target.remaining(), 512)];
                try {
                    int count = toGuest.take(bytes, 0, bytes.length);
                    target.put(bytes, 0, Math.max(0, count));
                    return count;
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("interrupted");
                }
            }

            @Override
            public int write(ByteBuffer source) throws IOException {
                byte[] bytes = new byte[source.remaining()];
                source.get(bytes);
                guestOut.write(bytes);
                return bytes.length;
            }

            @Override
            public boolean isOpen() {
                return true;
            }

            @Override
            public void close() {}
        };
    }

    /** What the guest sends, to the screen. */
    private final class GuestOutput extends OutputStream {
        @Override
        public void write(int value) {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            synchronized (Terminal.this) {
                if (focus == Focus.GUEST) {
                    out.write(bytes, offset, length);
                    out.flush();
                } else {
                    aside(bytes, offset, length);
                }
            }
        }

        private void aside(byte[] bytes, int offset, int length) {
            int end = offset + length;
            int line = end;
            while (line > offset && bytes[line - 1] != '\n') {
                line--;
            }
            if (line == offset && waiting.size() + length < LONGEST_LINE) {
                waiting.write(bytes, offset, length);
                return;
            }
            int shown = line == offset ? end : line;
            waiting.write(bytes, offset, shown - offset);
            if (tty.isPresent()) {
                out.write(CLEAR_LINE, 0, CLEAR_LINE.length);
            }
            out.write(waiting.toByteArray(), 0, waiting.size());
            waiting.reset();
            waiting.write(bytes, shown, end - shown);
            if (tty.isPresent()) {
                redraw();
            }
            out.flush();
        }
    }

    /** Gives the terminal back as it was. */
    @Override
    public synchronized void close() {
        toShell.end();
        toGuest.end();
        if (!restored) {
            restored = true;
            tty.ifPresent(Tty::restore);
        }
    }
}
