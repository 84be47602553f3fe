package io.trapline.chardev.port;

import io.trapline.chardev.Chardev;

/**
 * Takes apart what a terminal gives with PARMRK, termios(3): {@code FF FF} is a byte FF, {@code FF 00 00} a break,
 * and {@code FF 00 nn} a byte nn that came with an error. Which error the terminal does not say: it is one of parity if
 * the line has parity, else one of framing. A zero byte with an error cannot be told from a break.
 */
final class MarkedInput {
    private static final int MARK = 0xFF;

    private enum Place {
        BETWEEN,
        MARKED,
        WRONG
    }

    private final int error;
    private Place place = Place.BETWEEN;

    /** Begins between two characters; parity is whether the line has any. */
    MarkedInput(boolean parity) {
        error = parity ? Chardev.PARITY_ERROR : Chardev.FRAMING_ERROR;
    }

    /** Takes a byte, 0 to 255: a character as {@link Chardev#read} gives it, or -1 if there is more to come. */
    int next(int value) {
        return switch (place) {
            case BETWEEN -> {
                if (value != MARK) {
                    yield value;
                }
                place = Place.MARKED;
                yield -1;
            }
            case MARKED -> {
                place = value == 0 ? Place.WRONG : Place.BETWEEN;
                yield value == 0 ? -1 : value; // FF FF; no terminal sends another
            }
            case WRONG -> {
                place = Place.BETWEEN;
                yield value == 0 ? Chardev.BREAK : value | error;
            }
        };
    }
}
