package io.trapline.bench;

/** What the guest in the rig does: one kind of access, again and again. */
enum AcrnLoad {
    // spotless:off
    //       name             vCPUs  the injected access         how the C model's bench names it
    PORT    ("acrn-port",     1,     "pio r 0x3f8 4 expect=inc", null,
        "a vCPU reads a port"),
    FOUR    ("acrn-four",     4,     "pio r 0x3f8 4 vcpus=0xf",  null,
        "four vCPUs read a port at once"),
    POLLING ("acrn-polling",  1,     "pio r 0x3f8 4 expect=inc", "polling pio r 0x3f8 4 expect=inc",
        "a vCPU reads a port and polls for the completion"),
    DOORBELL("acrn-doorbell", 1,     "pio w 0x500 2 1",          "notify ioeventfd (in kernel)",
        "a vCPU writes to a doorbell (ioeventfd), and somebody hears it");
    // spotless:on

    /** The first of the counter's eight ports. */
    static final int COUNTER_PORT = 0x3F8;

    static final int COUNTER_PORTS = 8;
    static final int DOORBELL_PORT = 0x500;
    static final int DOORBELL_WIDTH = 2;

    /** The figure's. */
    final String title;

    final int vcpus;
    final String access;

    /** Null: the C model's {@code serve} can be measured as we are. */
    final String inBench;

    final String about;

    AcrnLoad(String title, int vcpus, String access, String inBench, String about) {
        this.title = title;
        this.vcpus = vcpus;
        this.access = access;
        this.inBench = inBench;
        this.about = about;
    }

    boolean polling() {
        return this == POLLING;
    }
}
