package io.trapline.bench;

import io.trapline.chardev.Chardev;
import io.trapline.chardev.Chardevs;

/** The other end of a UART: keeps what the guest prints. */
final class Capture implements Chardevs, Chardev {
    private final StringBuffer printed = new StringBuffer(); // the guest writes, the bench reads

    /** What the guest has printed until now. */
    String printed() {
        return printed.toString();
    }

    @Override
    public Chardev open(String spec, String owner) {
        return this;
    }

    @Override
    public String description() {
        return "capture";
    }

    @Override
    public boolean connected() {
        return true;
    }

    @Override
    public void listen(Listener listener) {}

    @Override
    public int read() {
        return -1;
    }

    @Override
    public boolean write(int value) {
        printed.append((char) (value & 0xFF));
        return true;
    }

    @Override
    public void close() {}
}
