package io.trapline.qtest.options;

/** The command line, or a monitor's command, asks for what cannot be: told in one line. */
public final class BadOption extends Exception {
    private static final long serialVersionUID = 1L;

    /** Says what it is, and what it could have been. */
    public BadOption(String message) {
        super(message);
    }
}
