package io.trapline.launcher;

/** What somebody asked for makes no sense or cannot be had: told in one line, and the process ends. */
final class BadInput extends Exception {
    private static final long serialVersionUID = 1L;

    BadInput(String message) {
        super(message);
    }

    BadInput(String message, Throwable cause) {
        super(message, cause);
    }
}
