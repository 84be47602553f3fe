package io.trapline.shell;

/** Descriptions that several commands share. */
final class Words {
    static final String MACHINE = "the machine's name; may be left out where there is only one";

    private Words() {}
}
