package io.trapline.demo;

/** A step that did not go as it should. */
final class StepFailed extends Exception {
    private static final long serialVersionUID = 1L;

    StepFailed(String expected, String got) {
        super("expected " + expected + ", got " + got);
    }

    StepFailed(String expected, Throwable cause) {
        super(
                "expected "
                        + expected
                        + ", got "
                        + (cause.getMessage() == null ? cause : cause.getMessage()),
                cause);
    }
}
