package io.trapline.launcher;

import java.util.Locale;

/** What {@code --backend} takes. */
enum Backend {
    AUTO,
    ACRN,
    KVM,
    SIM;

    /** As it is written on the command line and in a configuration. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
