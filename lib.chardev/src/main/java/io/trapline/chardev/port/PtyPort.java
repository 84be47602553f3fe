package io.trapline.chardev.port;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * {@code pty} and {@code pty:LINK}: the master of a pseudo-terminal in raw mode, pts(4). Somebody is at the other
 * end while the slave is open; the master sees that as the absence of POLLHUP, which has to be asked for.
 */
final class PtyPort extends DescriptorPort {
    /** While nobody has the slave open, how often that is looked at. */
    private static final int LOOK_MILLIS = 50;

    private final Path slave;
    private final Path link; // null: none

    private PtyPort(int master, int event, Path slave, Path link) {
        super(master, event);
        this.slave = slave;
        this.link = link;
        start();
    }

    /** Opens one; a link left behind by an earlier pty is replaced, anything else in its place is refused. */
    static PtyPort open(Path link) throws IOException {
        int master = -1;
        int event = -1;
        try {
            master =
                    Libc.posix_openpt(
                            Libc.O_RDWR | Libc.O_NOCTTY | Libc.O_CLOEXEC | Libc.O_NONBLOCK);
            Libc.grantpt(master);
            Libc.unlockpt(master);
            Path slave = Path.of(name(master));
            makeRaw(slave);
            event = newEvent();
            if (link != null) {
                link(link, slave);
            }
            return new PtyPort(master, event, slave, link);
        } catch (LastErrorException | IOException e) {
            closeAll(master, event);
            throw e instanceof IOException io ? io : new IOException(e.getMessage(), e);
        }
    }

    private static String name(int master) throws IOException {
        byte[] name = new byte[64];
        if (Libc.ptsname_r(master, name, name.length) != 0) {
            throw new IOException("the pty has no name: is /dev/pts mounted?");
        }
        int length = 0;
        while (name[length] != 0) {
            length++;
        }
        return new String(name, 0, length, StandardCharsets.US_ASCII);
    }

    /** The attributes stay with the pty. Having been open once, the slave hangs up when it is closed. */
    private static void makeRaw(Path slave) {
        int fd = Libc.open(slave.toString(), Libc.O_RDWR | Libc.O_NOCTTY | Libc.O_CLOEXEC);
        try {
            byte[] termios = new byte[Libc.TERMIOS_LENGTH];
            Libc.tcgetattr(fd, termios);
            Libc.cfmakeraw(termios);
            Libc.tcsetattr(fd, Libc.TCSANOW, termios);
        } finally {
            Libc.close(fd);
        }
    }

    private static void link(Path link, Path slave) throws IOException {
        if (Files.isSymbolicLink(link) && Files.readSymbolicLink(link).startsWith("/dev/pts")) {
            Files.delete(link);
        }
        Files.createSymbolicLink(link, slave);
    }

    @Override
    String description() {
        return "pty:" + slave + (link == null ? "" : " (" + link + ')');
    }

    @Override
    void round() {
        if (connected()) {
            move();
        } else {
            poll(0, LOOK_MILLIS);
            int events = poll(Libc.POLLIN, 0);
            connected((events & Libc.POLLHUP) == 0 || (events & Libc.POLLIN) != 0);
        }
    }

    /** One round with somebody at the other end. */
    private void move() {
        boolean idle = idle();
        boolean stuck = !idle && !send();
        int room = room();
        int events =
                poll(
                        (room > 0 ? Libc.POLLIN : 0) | (stuck ? Libc.POLLOUT : 0),
                        idle || stuck ? -1 : LINGER_MILLIS);
        if ((events & Libc.POLLIN) != 0) {
            receive(room);
        } else if ((events & Libc.POLLHUP) != 0) {
            if (room > 0) {
                connected(false);
            } else {
                poll(0, LOOK_MILLIS); // it may have left input for which there is no room yet
            }
        }
    }

    @Override
    void ended() {
        try {
            if (link != null
                    && Files.isSymbolicLink(link)
                    && Files.readSymbolicLink(link).equals(slave)) {
                Files.delete(link);
            }
        } catch (IOException e) {
            // Nothing is left to be done about it.
        }
    }
}
