package io.trapline.virtio;

/** A 64-bit register that is written in halves. */
final class Words {
    private Words() {}

    static long low(long value, int half) {
        return value & ~0xFFFF_FFFFL | Integer.toUnsignedLong(half);
    }

    static long high(long value, int half) {
        return value & 0xFFFF_FFFFL | (long) half << 32;
    }
}
