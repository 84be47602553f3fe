package io.trapline.qtest.monitor;

/** A command that cannot be done, as the protocol says it. */
final class MonitorError extends Exception {
    private static final long serialVersionUID = 1L;

    /** What is usually said. */
    static final String GENERIC = "GenericError";

    private final String kind;

    MonitorError(String kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** One of the classes of errors that clients know. */
    String kind() {
        return kind;
    }
}
