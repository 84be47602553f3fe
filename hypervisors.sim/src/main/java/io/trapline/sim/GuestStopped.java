package io.trapline.sim;

/** Takes a guest's thread out of its script when the machine is reset, closed or dead. Not to be caught. */
@SuppressWarnings("serial")
public final class GuestStopped extends RuntimeException {
    static final GuestStopped INSTANCE = new GuestStopped();

    private GuestStopped() {
        super("the machine was reset, closed or has died", null, false, false);
    }
}
