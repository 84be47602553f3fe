package io.trapline.device;

import org.osgi.annotation.versioning.ProviderType;

/**
 * A device's driver of one level-triggered interrupt line. Called under the baton of the device's client or
 * in {@link Device#install}; setting the level that it has already costs nothing.
 */
@ProviderType
public interface InterruptLine {
    /** Global system interrupt. */
    int gsi();

    /** Whether this device drives the line high. */
    boolean raised();

    /**
     * Drives the line.
     *
     * @param high true raises, false lowers
     */
    void set(boolean high);

    /** Drives the line high. */
    default void raise() {
        set(true);
    }

    /** Stops driving the line high. */
    default void lower() {
        set(false);
    }
}
