package io.trapline.oracle;

import io.trapline.oracle.Reply.Edge;
import java.time.LocalDateTime;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * MC146818A whose time stands still. Follows the bytes, to know which of them tell a time that both sides agree about:
 * a byte that QEMU has computed from what is no time is not looked at until it is written again.
 */
final class RtcReferee implements Referee {
    static final int GSI = 8;

    private static final int ALL = 0xFF;
    private static final int SET = 0x80, UIE = 0x10; // register B
    private static final int UIP = 0x80,
            DV = 0x70,
            LAST_TIME_BASE = 0x20,
            FIRST_RESET = 0x60; // register A
    private static final int FORMAT = RtcBytes.BINARY | RtcBytes.HOURS_24;
    private static final int FIRST_YEAR = 1971,
            LAST_YEAR = 2261; // of a count of nanoseconds in 63 bits
    private static final int SECONDS_BIT_7 = 0x80;
    private static final int FIRST_RAM = 0x0E;

    private final RtcDecoder decoder = new RtcDecoder();
    private final Consumer<Exclusion> excused;
    private final int[] bytes = new int[RtcDecoder.INDEX_BITS + 1];
    private final BitSet known = new BitSet(); // bytes about which both agree

    /**
     * Begins where the prologue ends.
     *
     * @param start the time that it set, as register B says
     */
    RtcReferee(LocalDateTime start, int a, int b, Consumer<Exclusion> excused) {
        this.excused = excused;
        bytes[RtcDecoder.A] = a;
        bytes[RtcDecoder.B] = b;
        tell(start);
        known.set(0, FIRST_RAM);
        known.set(RtcDecoder.CENTURY);
    }

    @Override
    public String register(Command command) {
        return decoder.register(command);
    }

    @Override
    public boolean legal(Command command) {
        if (!command.write() || command.port() != RtcDecoder.DATA) {
            return true;
        }
        if (decoder.index() == RtcDecoder.A) {
            int dv = command.value() & DV;
            return allowed(dv <= LAST_TIME_BASE || dv >= FIRST_RESET, Exclusion.RTC_TEST_DIVIDERS);
        }
        boolean bit7 =
                decoder.index() == RtcBytes.SECONDS && (command.value() & SECONDS_BIT_7) != 0;
        return allowed(!bit7, Exclusion.RTC_SECONDS_BIT_7);
    }

    private boolean allowed(boolean legal, Exclusion otherwise) {
        if (!legal) {
            excused.accept(otherwise);
        }
        return legal;
    }

    @Override
    public Expected judge(Command command, Reply qemu) {
        int mask = mask(command);
        if (command.write() && command.port() == RtcDecoder.DATA) {
            written(decoder.index(), command.value());
        }
        decoder.follow(command);
        List<Edge> edges = qemu.edges(GSI);
        return new Expected(command.write() ? 0 : qemu.value(), mask, edges);
    }

    private int mask(Command command) {
        if (command.write() || command.port() != RtcDecoder.DATA || known.get(decoder.index())) {
            return ALL;
        }
        excused.accept(reason(decoder.index()));
        return 0;
    }

    private static Exclusion reason(int index) {
        if (index == RtcBytes.DAY_OF_WEEK) {
            return Exclusion.RTC_DAY_OF_WEEK;
        }
        return index < FIRST_RAM || index == RtcDecoder.CENTURY
                ? Exclusion.RTC_NO_DATE
                : Exclusion.RTC_UNWRITTEN_RAM;
    }

    private void written(int index, int value) {
        switch (index) {
            case RtcDecoder.A -> selectTimeBase(value);
            case RtcDecoder.B -> control(value);
            case RtcDecoder.C, RtcDecoder.D -> {} // read-only
            default -> store(index, value);
        }
    }

    private void store(int index, int value) {
        bytes[index] = value;
        known.set(index);
        if (running() && isTime(index)) {
            runs(bytes[RtcDecoder.B]);
        }
    }

    private static boolean isTime(int index) {
        for (int place : RtcBytes.PLACES) {
            if (index == place) {
                return true;
            }
        }
        return false;
    }

    private boolean running() {
        return (bytes[RtcDecoder.B] & SET) == 0 && (bytes[RtcDecoder.A] & DV) <= LAST_TIME_BASE;
    }

    private void selectTimeBase(int value) {
        boolean before = running();
        bytes[RtcDecoder.A] = value & ~UIP;
        if (!before && running()) {
            runs(bytes[RtcDecoder.B]);
        }
    }

    /** SET going low starts the clock, and a change of the format while it runs changes the bytes. */
    private void control(int value) {
        int before = bytes[RtcDecoder.B];
        boolean wasRunning = running();
        bytes[RtcDecoder.B] = (value & SET) != 0 ? value & ~UIE : value;
        if (running() && (!wasRunning || ((before ^ value) & FORMAT) != 0)) {
            runs(before);
        }
    }

    /** The clock goes on from the bytes as a format has them; now they are in that of register B. */
    private void runs(int format) {
        Optional<LocalDateTime> time =
                allKnown() ? RtcBytes.decode(bytes, format) : Optional.empty();
        if (time.isEmpty()
                || time.get().getYear() < FIRST_YEAR
                || time.get().getYear() > LAST_YEAR) {
            for (int place : RtcBytes.PLACES) {
                known.clear(place);
            }
            return;
        }
        int day = bytes[RtcBytes.DAY_OF_WEEK];
        known.set(
                RtcBytes.DAY_OF_WEEK,
                known.get(RtcBytes.DAY_OF_WEEK)
                        && day == RtcBytes.encode(time.get(), RtcBytes.DAY_OF_WEEK, format));
        tell(time.get());
        bytes[RtcBytes.DAY_OF_WEEK] = day;
    }

    private boolean allKnown() {
        for (int place : RtcBytes.PLACES) {
            if (place != RtcBytes.DAY_OF_WEEK && !known.get(place)) {
                return false;
            }
        }
        return true;
    }

    private void tell(LocalDateTime time) {
        for (int place : RtcBytes.PLACES) {
            bytes[place] = RtcBytes.encode(time, place, bytes[RtcDecoder.B]);
        }
    }
}
