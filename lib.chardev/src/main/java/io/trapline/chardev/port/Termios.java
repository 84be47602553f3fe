package io.trapline.chardev.port;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** {@code struct termios} of Linux (asm-generic/termbits.h): what of it makes a serial line tell all it knows. */
final class Termios {
    // spotless:off
    private static final int IFLAG = 0, OFLAG = 4, CFLAG = 8, LFLAG = 12; // offsets

    private static final int IGNBRK = 0x001, BRKINT = 0x002, IGNPAR = 0x004, PARMRK = 0x008, INPCK = 0x010,
            ISTRIP = 0x020, INLCR = 0x040, IGNCR = 0x080, ICRNL = 0x100, IXON = 0x400, IXANY = 0x800, IXOFF = 0x1000;
    private static final int OPOST = 0x001;
    private static final int CREAD = 0x080, PARENB = 0x100, CLOCAL = 0x800;
    private static final int ISIG = 0x001, ICANON = 0x002, ECHO = 0x008, ECHONL = 0x040, IEXTEN = 0x8000;
    // spotless:on

    private final ByteBuffer words;

    private Termios(byte[] bytes) {
        words = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    }

    /** Every byte as it is, errors and breaks marked. Speed and format stay as the host has set them. */
    static void makeMarking(byte[] bytes) {
        Termios termios = new Termios(bytes);
        termios.set(
                IFLAG,
                PARMRK | INPCK,
                IGNBRK | BRKINT | IGNPAR | ISTRIP | INLCR | IGNCR | ICRNL | IXON | IXANY | IXOFF);
        termios.set(OFLAG, 0, OPOST);
        termios.set(CFLAG, CREAD | CLOCAL, 0);
        termios.set(LFLAG, 0, ISIG | ICANON | ECHO | ECHONL | IEXTEN);
    }

    /** Whether the line has a parity bit. */
    static boolean parity(byte[] bytes) {
        return (new Termios(bytes).words.getInt(CFLAG) & PARENB) != 0;
    }

    private void set(int offset, int on, int off) {
        words.putInt(offset, words.getInt(offset) & ~off | on);
    }
}
