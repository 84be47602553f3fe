package io.trapline.qtest.port;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Random;

/** Lines that are nearly right, quite right, or nothing at all. */
final class GarbageLines {
    private static final String[] WORDS =
            ("endianness inb inw inl outb outw outl readb readw readl readq writeb writew writel writeq"
                            + " read write memset b64read b64write clock_set irq_intercept_in set_irq_in"
                            + " ioapic x 0 1 2 4 8 010 0x3f8 0x80 0x70 65535 65536 0xfeb00000 0x100000"
                            + " 0x9fffc 0xfffffffffffffffc 0xffffffffffffffff 18446744073709551616 -1"
                            + " 0x 0x12 0x123 aGk= AAAA 0xzz 0x0102030405060708")
                    .split(" ");

    private GarbageLines() {}

    /** The next line, without its end. */
    static byte[] next(Random random) {
        if (random.nextInt(8) == 0) {
            byte[] bytes = new byte[random.nextInt(64)];
            random.nextBytes(bytes);
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = bytes[i] == '\n' ? 0 : bytes[i];
            }
            return bytes;
        }
        StringBuilder line = new StringBuilder(WORDS[random.nextInt(23)]);
        for (int words = random.nextInt(6); words > 0; words--) {
            line.append(random.nextInt(16) == 0 ? "  " : " ");
            line.append(WORDS[random.nextInt(WORDS.length)]);
        }
        return line.toString().getBytes(ISO_8859_1);
    }
}
