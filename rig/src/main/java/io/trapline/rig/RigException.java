package io.trapline.rig;

/** The rig refused a command, or an access did not end well; the message has the rig's own words. */
public final class RigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String words;

    RigException(String command, String words) {
        super(words + " [" + command + "]");
        this.words = words;
    }

    /** What the rig said after {@code err}, such as {@code timeout slot=PROCESSING} or {@code abandoned vm=paused}. */
    public String words() {
        return words;
    }
}
