package io.trapline.chardev.port;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * {@code tty:PATH}: a serial line of the host, ioctl_tty(2), with its errors and breaks. Somebody is at the other end
 * while the line is there: one that is unplugged is opened again once it is back.
 */
final class TtyPort extends DescriptorPort {
    /** While the line is gone, how often it is looked for. */
    private static final int LOOK_MILLIS = 500;

    private final Path path;
    private final BreakPulse pulse = new BreakPulse(this::holdBreak);
    private final ByteBuffer queued =
            ByteBuffer.allocateDirect(Integer.BYTES).order(ByteOrder.nativeOrder());
    private byte[] before; // the line's attributes as we found them
    private volatile MarkedInput input;

    private TtyPort(Path path, int event) {
        super(-1, event);
        this.path = path;
    }

    static TtyPort open(Path path) throws IOException {
        int event = -1;
        try {
            event = newEvent();
            TtyPort port = new TtyPort(path, event);
            port.attach();
            port.start();
            return port;
        } catch (LastErrorException e) {
            closeAll(event);
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Opens the line; what the host sees of it before we change it comes back in the end. */
    private void attach() {
        int opened =
                Libc.open(
                        path.toString(),
                        Libc.O_RDWR | Libc.O_NOCTTY | Libc.O_NONBLOCK | Libc.O_CLOEXEC);
        try {
            byte[] found = new byte[Libc.TERMIOS_LENGTH];
            Libc.tcgetattr(opened, found);
            byte[] ours = found.clone();
            Termios.makeMarking(ours);
            Libc.tcsetattr(opened, Libc.TCSANOW, ours);
            before = found;
            input = new MarkedInput(Termios.parity(found));
        } catch (LastErrorException e) {
            closeAll(opened);
            throw e;
        }
        fd(opened);
        connected(true);
    }

    @Override
    String description() {
        return "tty:" + path;
    }

    /** The user reads characters; what waits here is as the terminal marked it. */
    @Override
    int read() {
        for (int value = super.read(); value >= 0; value = super.read()) {
            int character = input.next(value);
            if (character >= 0) {
                return character;
            }
        }
        return -1;
    }

    @Override
    void breaking(boolean on) {
        synchronized (pulse) {
            pulse.ask(on, System.nanoTime());
            hold(pulse.late());
        }
        wake();
    }

    @Override
    void round() {
        if (connected()) {
            move();
        } else {
            poll(0, LOOK_MILLIS);
            try {
                attach();
            } catch (LastErrorException e) {
                // Still gone.
            }
        }
    }

    private void move() {
        boolean idle = idle();
        boolean stuck = !idle && !send();
        boolean again = tendBreak(idle);
        int room = room();
        int events =
                poll(
                        (room > 0 ? Libc.POLLIN : 0) | (stuck ? Libc.POLLOUT : 0),
                        again || !idle && !stuck ? LINGER_MILLIS : -1);
        boolean gone = (events & (Libc.POLLHUP | Libc.POLLERR)) != 0;
        if (gone && room == 0) {
            poll(0, LINGER_MILLIS); // it may have left input for which there is no room yet
        } else if (gone || (events & Libc.POLLIN) != 0) {
            long count = receive(room);
            if (count == 0 || gone && count < 0) {
                connected(false);
                fd(-1);
            }
        }
    }

    /** Whether to tend it again soon. */
    private boolean tendBreak(boolean idle) {
        boolean again;
        synchronized (pulse) {
            again = pulse.tend(System.nanoTime(), idle && drained());
            hold(pulse.late());
        }
        sent(0);
        return again;
    }

    private boolean drained() {
        return Libc.ioctl(fd(), Libc.TIOCOUTQ, queued) != 0 || queued.getInt(0) == 0;
    }

    private void holdBreak(boolean on) {
        Libc.ioctl(fd(), on ? Libc.TIOCSBRK : Libc.TIOCCBRK, null);
    }

    @Override
    void ended() {
        if (fd() >= 0) {
            holdBreak(false);
            try {
                Libc.tcsetattr(fd(), Libc.TCSANOW, before);
            } catch (LastErrorException e) {
                // The line is gone, and its attributes with it.
            }
        }
    }
}
