package io.trapline.rtc;

/** Where the bytes of the CMOS RAM go that outlive the machine. Called under the baton. */
interface Nvram {
    /** Kept nowhere: the RAM begins as zeroes. */
    Nvram NONE =
            new Nvram() {
                @Override
                public boolean load(byte[] ram) {
                    return true;
                }

                @Override
                public void stored(int index, int value) {}

                @Override
                public void replaced(byte[] ram) {}

                @Override
                public String description() {
                    return "not kept";
                }
            };

    /**
     * Puts what was kept where it belongs, from {@link RtcRegister#RAM} on.
     *
     * @param ram all bytes of the chip
     * @return false if what was kept is lost: the battery was flat, in the datasheet's words
     */
    boolean load(byte[] ram);

    /** The guest has stored a byte. */
    void stored(int index, int value);

    /** The bytes are these now. */
    void replaced(byte[] ram);

    /** What an operator should know of it. */
    String description();
}
