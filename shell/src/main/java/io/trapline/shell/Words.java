package io.trapline.shell;

/** Descriptions that several commands share. */
final class Words {
    static final String MACHINE = "the machine's name; may be left out where there is only one";
    static final String DEVICE = "the device's name, e.g. disk";

    /** Of what changes configurations. */
    static final String LASTS = "; lasts as long as this process";

    private Words() {}
}
