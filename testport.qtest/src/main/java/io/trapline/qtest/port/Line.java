package io.trapline.qtest.port;

import java.nio.charset.StandardCharsets;

/** A command line, as words that are split by one blank each. Used again and again. */
final class Line {
    /** More than any command has. */
    private static final int MOST = 8;

    private final int[] start = new int[MOST];
    private final int[] end = new int[MOST];
    private byte[] bytes;
    private int words;

    /** Becomes the line of these bytes, without its end; they stay as they are until it is another. */
    void set(byte[] source, int from, int to) {
        bytes = source;
        int last = to > from && source[to - 1] == '\r' ? to - 1 : to;
        words = 0;
        int begin = from;
        for (int i = from; i <= last; i++) {
            if (i == last || source[i] == ' ') {
                if (words < MOST) {
                    start[words] = begin;
                    end[words] = i;
                }
                words++;
                begin = i + 1;
            }
        }
    }

    /** How many words there are, the command included. */
    int words() {
        return words;
    }

    /** A word as text, for those that are short. */
    String word(int index) {
        return new String(bytes, start[index], length(index), StandardCharsets.ISO_8859_1);
    }

    private int length(int index) {
        return end[index] - start[index];
    }

    /** The whole line, or its beginning. */
    String text() {
        int last = end[Math.min(words, MOST) - 1];
        return new String(
                bytes, start[0], Math.min(last - start[0], 200), StandardCharsets.ISO_8859_1);
    }

    /** The beginning of a word, fit to be shown. */
    String shown(int index) {
        int length = Math.min(length(index), 40);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            char c = (char) (bytes[start[index] + i] & 0xFF);
            text.append(c > ' ' && c < 0x7F ? c : '?');
        }
        return text.toString();
    }

    /**
     * A number in C's notation: decimal, octal after 0, hexadecimal after 0x.
     *
     * @return 64 bits, unsigned
     */
    long number(int index) throws BadLine {
        int from = start[index];
        int to = end[index];
        int radix = 10;
        if (to - from > 2 && bytes[from] == '0' && (bytes[from + 1] | 0x20) == 'x') {
            radix = 16;
            from += 2;
        } else if (to - from > 1 && bytes[from] == '0') {
            radix = 8;
            from++;
        }
        long value = 0;
        for (int i = from; i < to; i++) {
            int digit = Character.digit(bytes[i], radix);
            // The highest that can take one more digit: of 2^64, divided by the radix.
            if (digit < 0 || Long.compareUnsigned(value, limit(radix, digit)) > 0) {
                throw notANumber(index);
            }
            value = value * radix + digit;
        }
        if (from == to) {
            throw notANumber(index);
        }
        return value;
    }

    private static long limit(int radix, int digit) {
        return Long.divideUnsigned(-1L - digit, radix);
    }

    private BadLine notANumber(int index) {
        return new BadLine("not a number of 64 bits: '" + shown(index) + "'");
    }

    /** A number below a limit. */
    int number(int index, int limit, String what) throws BadLine {
        long value = number(index);
        if (value < 0 || value >= limit) {
            throw new BadLine(what + " " + shown(index) + " is not below " + limit);
        }
        return (int) value;
    }

    /** The bytes of a word that begins with 0x, two digits each. */
    byte[] hex(int index) throws BadLine {
        int from = start[index];
        int digits = length(index) - 2;
        if (digits < 0 || bytes[from] != '0' || (bytes[from + 1] | 0x20) != 'x') {
            throw new BadLine("data does not begin with 0x: '" + shown(index) + "'");
        }
        if ((digits & 1) != 0) {
            throw new BadLine("data has an odd number of digits: " + digits);
        }
        byte[] data = new byte[digits / 2];
        for (int i = 0; i < data.length; i++) {
            int high = Character.digit(bytes[from + 2 + 2 * i], 16);
            int low = Character.digit(bytes[from + 3 + 2 * i], 16);
            if ((high | low) < 0) {
                throw new BadLine("data is not hexadecimal at byte " + i);
            }
            data[i] = (byte) (high << 4 | low);
        }
        return data;
    }

    /** The bytes of a word in Base64. */
    byte[] base64(int index) throws BadLine {
        byte[] text = java.util.Arrays.copyOfRange(bytes, start[index], end[index]);
        try {
            return java.util.Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new BadLine("data is not Base64: " + e.getMessage());
        }
    }
}
