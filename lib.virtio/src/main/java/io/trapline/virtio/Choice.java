package io.trapline.virtio;

/** VIRTIO 1.2, §2.2: the features that a device offers, and those of them that its driver has chosen. */
final class Choice {
    private final long offered;
    private long accepted;

    Choice(long offered) {
        this.offered = offered;
    }

    long offered() {
        return offered;
    }

    long accepted() {
        return accepted;
    }

    /** 32 of those that are offered. */
    int offered(int select) {
        return word(offered, select);
    }

    /** 32 of those that are chosen. */
    int accepted(int select) {
        return word(accepted, select);
    }

    private static int word(long features, int select) {
        return select == 0 ? (int) features : select == 1 ? (int) (features >>> 32) : 0;
    }

    /** The driver chooses 32 of them. */
    void accept(int select, int chosen) {
        if (select == 0) {
            accepted = Words.low(accepted, chosen);
        } else if (select == 1) {
            accepted = Words.high(accepted, chosen);
        }
    }

    void accept(long all) {
        accepted = all;
    }

    /** §2.2.2 and §6.2: a part of what is offered, and no legacy driver's choice. */
    boolean isAgreeable() {
        return (accepted & ~offered) == 0 && (accepted & Features.VERSION_1) != 0;
    }
}
