package io.trapline.chardev.port;

/** {@code null}: takes everything, gives nothing, and somebody is always there. */
final class NullPort extends Port {
    NullPort() {
        connected(true);
    }

    @Override
    String description() {
        return "null";
    }

    @Override
    int read() {
        return -1;
    }

    @Override
    boolean write(int value) {
        return true;
    }

    @Override
    void wake() {}

    @Override
    void close() {}
}
