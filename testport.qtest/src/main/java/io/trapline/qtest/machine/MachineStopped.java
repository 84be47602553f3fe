package io.trapline.qtest.machine;

/** An access cannot be made, or has lost its answer: the machine is paused, was reset, or is over. */
public final class MachineStopped extends Exception {
    private static final long serialVersionUID = 1L;

    MachineStopped(String message) {
        super(message);
    }
}
