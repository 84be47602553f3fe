package io.trapline.sim;

/** A command line and how far it has been read. */
final class MonitorLine {
    /** Missing, malformed, superfluous or too large. */
    @SuppressWarnings("serial")
    static final class BadArguments extends RuntimeException {
        private static final BadArguments INSTANCE = new BadArguments();

        private BadArguments() {
            super(null, null, false, false);
        }
    }

    private static final char END = 0;
    private static final long MOST = 0xFFFF_FFFFL;

    private final String line;
    private int at;

    MonitorLine(String line) {
        this.line = line;
    }

    private char current() {
        return at < line.length() ? line.charAt(at) : END;
    }

    private void blanks() {
        while (current() == ' ') {
            at++;
        }
    }

    /** The next word; empty at the end. */
    String word() {
        blanks();
        int begin = at;
        while (current() != ' ' && current() != END) {
            at++;
        }
        return line.substring(begin, at);
    }

    /** All after the one blank that follows the command. */
    String text() {
        return line.substring(Math.min(at + 1, line.length()));
    }

    /** 32 bits, in hexadecimal. */
    long hex() {
        String word = word();
        boolean prefixed = word.startsWith("0x") || word.startsWith("0X");
        return number(prefixed ? word.substring(2) : word, 16);
    }

    /** 32 bits, in decimal. */
    long decimal() {
        return number(word(), 10);
    }

    private static long number(String digits, int radix) {
        long value = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = Character.digit(digits.charAt(i), radix);
            value = value * radix + digit;
            if (digit < 0 || value > MOST) {
                throw BadArguments.INSTANCE;
            }
        }
        if (digits.isEmpty()) {
            throw BadArguments.INSTANCE;
        }
        return value;
    }

    /** A port, in hexadecimal. */
    int port() {
        return upTo(0xFFFF);
    }

    /** A number in hexadecimal that is not above the most. */
    int upTo(int most) {
        long number = hex();
        if (number > most) {
            throw BadArguments.INSTANCE;
        }
        return (int) number;
    }

    /** Bytes: b, w or l; where none is given, the usual. */
    int width(int usual) {
        String word = word();
        return switch (word) {
            case "" -> usual;
            case "b" -> 1;
            case "w" -> 2;
            case "l" -> 4;
            default -> throw BadArguments.INSTANCE;
        };
    }

    /** Whether nothing but blanks is left. */
    boolean ended() {
        blanks();
        return current() == END;
    }

    void end() {
        if (!ended()) {
            throw BadArguments.INSTANCE;
        }
    }

    /** The end, and the value fits in the width. */
    void endWith(long value, int width) {
        end();
        if ((value & ~SimCpu.mask(width)) != 0) {
            throw BadArguments.INSTANCE;
        }
    }

    /** A decimal number above 0, and the end. */
    long lastPositive() {
        long number = decimal();
        end();
        if (number == 0) {
            throw BadArguments.INSTANCE;
        }
        return number;
    }
}
