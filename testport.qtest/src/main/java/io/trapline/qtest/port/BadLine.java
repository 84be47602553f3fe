package io.trapline.qtest.port;

/** A command line that makes no sense; the message is the reply. */
final class BadLine extends Exception {
    private static final long serialVersionUID = 1L;

    BadLine(String message) {
        super(message, null, false, false);
    }
}
