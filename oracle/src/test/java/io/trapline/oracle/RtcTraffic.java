package io.trapline.oracle;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** What a guest may do with an RTC whose time stands still. */
final class RtcTraffic extends Traffic {
    private static final int RAM = 0x0E;
    private static final int SET = RtcChip.SET;
    private static final long FIRST =
            LocalDateTime.of(1971, 1, 1, 0, 0).toEpochSecond(ZoneOffset.UTC);
    private static final long LAST =
            LocalDateTime.of(2261, 12, 31, 0, 0).toEpochSecond(ZoneOffset.UTC);
    private static final int[] ALARMS = {1, 3, 5};
    private static final int[] DIVIDERS = {0x00, 0x10, 0x20, 0x20, 0x20, 0x60, 0x70};

    private LocalDateTime time = RtcChip.START;
    private int b = RtcChip.B_OF_A_PC;
    private final List<Integer> written = new ArrayList<>();

    RtcTraffic(Random random, int length) {
        super(
                random,
                length,
                new RtcReferee(
                        RtcChip.START, RtcChip.A_OF_A_PC, RtcChip.B_OF_A_PC, exclusion -> {}));
    }

    @Override
    protected void act() {
        int dice = any(100);
        if (dice < 25) {
            look(oneIn(6) ? RtcDecoder.CENTURY : any(RAM));
        } else if (dice < 40) {
            readTime();
        } else if (dice < 52) {
            setTime();
        } else if (dice < 60) {
            putTime();
        } else if (dice < 68) {
            put(ALARMS[any(ALARMS.length)], any(256));
            look(ALARMS[any(ALARMS.length)]);
        } else if (dice < 75) {
            put(RtcDecoder.A, any(2) << 7 | DIVIDERS[any(DIVIDERS.length)] | any(16));
            look(RtcDecoder.A);
        } else if (dice < 85) {
            control(any(256) & ~(oneIn(4) ? 0 : SET));
            look(oneIn(2) ? RtcDecoder.B : any(RAM));
        } else if (dice < 90) {
            put(oneIn(2) ? RtcDecoder.C : RtcDecoder.D, any(256));
            look(oneIn(2) ? RtcDecoder.C : RtcDecoder.D);
        } else if (dice < 98) {
            ram();
        } else {
            say(Command.in(RtcDecoder.INDEX));
            say(Command.in(RtcDecoder.DATA));
        }
    }

    private void ram() {
        if (written.isEmpty() || oneIn(2)) {
            int index = RAM + any(RtcDecoder.INDEX_BITS + 1 - RAM);
            if (index == RtcDecoder.CENTURY || index == RtcDecoder.CENTURY_OF_PS2) {
                return;
            }
            put(index, any(256));
            written.add(index);
        }
        look(written.get(any(written.size())));
    }

    private void control(int value) {
        b = value;
        put(RtcDecoder.B, value);
    }

    /** All ten bytes under SET, in any order and format; what lies in them meanwhile may be anything. */
    private void setTime() {
        control(any(256) | SET);
        time =
                LocalDateTime.ofEpochSecond(
                        FIRST + (long) (random.nextDouble() * (LAST - FIRST)), 0, ZoneOffset.UTC);
        if (oneIn(3)) {
            time = edge();
        }
        List<Integer> places = shuffled();
        if (oneIn(3)) {
            for (int place : places) {
                put(place, any(place == RtcBytes.SECONDS ? 128 : 256));
                look(places.get(any(places.size())));
            }
        }
        for (int place : places) {
            put(place, RtcBytes.encode(time, place, b));
        }
        if (oneIn(2)) {
            readTime();
        }
        control(b & ~SET);
        readTime();
    }

    /** Ends of days, of months and of centuries. */
    private LocalDateTime edge() {
        int year = oneIn(2) ? 2000 + any(2) * 99 : 1971 + any(290);
        return LocalDateTime.of(year, 1 + any(12), 1, 0, 0)
                .minusSeconds(any(3))
                .plusHours(12L * any(2));
    }

    private List<Integer> shuffled() {
        List<Integer> places = new ArrayList<>();
        for (int place : RtcBytes.PLACES) {
            places.add(place);
        }
        Collections.shuffle(places, random);
        return places;
    }

    /** One byte while the clock may be running. */
    private void putTime() {
        time =
                switch (any(3)) {
                    case 0 -> time.withSecond(any(60));
                    case 1 -> time.withMinute(any(60));
                    default -> time.withHour(any(24));
                };
        int place = 2 * any(3);
        put(place, RtcBytes.encode(time, place, b));
        look(2 * any(3));
    }

    private void readTime() {
        for (int place : shuffled()) {
            look(place);
        }
    }

    private void look(int index) {
        select(index);
        say(Command.in(RtcDecoder.DATA));
        if (oneIn(16)) {
            say(Command.in(RtcDecoder.DATA));
        }
    }

    private void put(int index, int value) {
        select(index);
        say(Command.out(RtcDecoder.DATA, value));
    }

    /** Bit 7 masks the NMI and is no part of the index; the century has two places. */
    private void select(int index) {
        int place = index == RtcDecoder.CENTURY && oneIn(3) ? RtcDecoder.CENTURY_OF_PS2 : index;
        say(Command.out(RtcDecoder.INDEX, place | any(2) << 7));
    }
}
