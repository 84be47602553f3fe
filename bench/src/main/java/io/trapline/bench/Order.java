package io.trapline.bench;

/** Which claims are read. */
public enum Order {
    /** The first, again and again. */
    FIRST,
    /** All, in random order: neither the look-up nor the call of the device can be foreseen. */
    RANDOM
}
