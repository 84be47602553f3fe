package io.trapline.oracle;

import io.trapline.oracle.Clockwork.Both;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * A guest that uses its RTC while time goes on, and looks at it at random moments, and at many around the second's
 * boundary. PIE is set while no rate is selected, and then the rate: so QEMU and the datasheet agree when the first
 * interrupt comes.
 */
final class RtcInTime {
    private static final long SECOND = 1_000_000_000;
    private static final long NANOS_PER_TICK = SECOND / 32_768;
    private static final long NEAR = 5_000_000;
    private static final long BLUR =
            2 * NANOS_PER_TICK; // QEMU counts its periods from another tick, to 10 ns
    private static final int SET = 0x80, PIE = 0x40, AIE = 0x20, UIE = 0x10; // register B
    private static final int PF = 0x40, UF = 0x10, AF = 0x20, IRQF = 0x80; // register C
    private static final int UIP = 0x80,
            CLOCK_32K = 0x20,
            DIVIDER_RESET = 0x70,
            RS = 0x0F; // register A
    private static final int FORMAT = RtcBytes.BINARY | RtcBytes.HOURS_24;
    private static final int PATIENCE = 200;
    private static final long MOST = SECOND / 2;
    private static final int ANY = 0xC0;
    private static final int SECONDS_ALARM = 1, MINUTES_ALARM = 3, HOURS_ALARM = 5;
    private static final long UIP_NANOS = 244_140;
    private static final long BLUR_OF_CLOCK = 20;
    private static final long LONGEST = 400_000_000L;

    private final Clockwork both;
    private final Random random;
    private final Tally tally;
    private int a = CLOCK_32K;
    private int b = RtcBytes.HOURS_24;
    private long boundary; // a moment at which a second ends
    private long edge; // a tick with a periodic interrupt
    private boolean wasSet; // since C was read
    private LocalDateTime time = RtcChip.START;

    RtcInTime(Clockwork both, Random random, Tally tally) {
        this.both = both;
        this.random = random;
        this.tally = tally;
    }

    void begin() {
        put(RtcDecoder.B, b);
        put(RtcDecoder.A, a);
        setTime();
    }

    void step() {
        switch (random.nextInt(12)) {
            case 0 -> setTime();
            case 1 -> resetDivider();
            case 2 -> format();
            case 3, 4 -> awaitAlarm();
            case 5 -> enable();
            case 6 -> periodic();
            case 7, 8 -> approach();
            default -> {}
        }
        wander();
        look();
    }

    /**
     * Some time goes by, and a little more if a timer of QEMU's may be late: it forgets an update that is due if C is
     * read or B written before, and an interrupt that comes after its flag was read looks like one more.
     */
    private void wander() {
        run((long) (LONGEST * Math.pow(random.nextDouble(), 4)));
    }

    private void run(long nanos) {
        both.run(nanos);
        long more = 0;
        for (int tries = 0; !settled(); tries++) {
            require(tries < PATIENCE, "time does not go on");
            both.run(more);
            more = Math.min(2 * more + 10_000, MOST);
        }
    }

    /** No second ends just now, and no period does. */
    private boolean settled() {
        if (!running()) {
            return true;
        }
        long left = SECOND - phase();
        boolean second =
                phase() > tally.allowed()
                        && left > BLUR
                        && Math.abs(left - UIP_NANOS) > BLUR_OF_CLOCK;
        int period = (b & PIE) == 0 ? 0 : period(a & RS);
        long since = period == 0 ? 0 : (ticks() - edge) % period;
        return second
                && (period == 0
                        || since * NANOS_PER_TICK > tally.allowed() + BLUR && since < period - 2);
    }

    // ---- What the guest does

    /** Freezes the clock, sets it, mostly shortly before something carries, and lets it go. */
    private void setTime() {
        control(b & ~UIE | SET);
        wasSet = true;
        if (random.nextBoolean()) {
            wander();
            look();
        }
        LocalDateTime next =
                LocalDateTime.of(1971 + random.nextInt(290), 1 + random.nextInt(12), 1, 0, 0)
                        .plusMonths(random.nextInt(3) == 0 ? 0 : 1)
                        .minusSeconds(1 + random.nextInt(4))
                        .minusHours(12L * random.nextInt(2))
                        .minusDays(random.nextInt(3) == 0 ? 2 : 0);
        for (int place : RtcBytes.PLACES) {
            put(place, RtcBytes.encode(next, place, b));
        }
        time = next;
        control(b & ~SET);
    }

    /** Stops the chain and releases it: the next second ends half a second later. */
    private void resetDivider() {
        control(b & ~PIE);
        select(DIVIDER_RESET);
        wander();
        look();
        select(CLOCK_32K);
        boundary = both.now() + SECOND / 2;
    }

    /** An alarm in the format of before would be another one. */
    private void format() {
        control(b ^ (random.nextInt(3) + 1) * RtcBytes.HOURS_24 & FORMAT);
        look();
        alarm();
    }

    private void awaitAlarm() {
        alarm();
        run(random.nextInt(3) * SECOND / 2);
    }

    /** In 12 hours QEMU takes morning or afternoon from the time, not from the alarm. */
    private void alarm() {
        LocalDateTime when = time.plusSeconds(1 + random.nextInt(2));
        put(SECONDS_ALARM, any(5) ? ANY : RtcBytes.encode(when, RtcBytes.SECONDS, b));
        put(
                MINUTES_ALARM,
                any(3) ? ANY | random.nextInt(64) : RtcBytes.encode(when, RtcBytes.MINUTES, b));
        put(
                HOURS_ALARM,
                any(2) || (b & RtcBytes.HOURS_24) == 0
                        ? ANY
                        : RtcBytes.encode(when, RtcBytes.HOURS, b));
    }

    private void enable() {
        control(b & ~(UIE | AIE) | random.nextInt(4) * UIE);
    }

    /** To a shorter period only by way of none: where it is overdue, QEMU counts from the change. */
    private void periodic() {
        if (any(3)) {
            control(b & ~PIE);
            return;
        }
        if ((b & PIE) == 0) {
            select(CLOCK_32K);
            look();
            control(b | PIE);
        }
        int rate = rate();
        if (period(rate) < period(a & RS)) {
            select(CLOCK_32K);
        }
        long last = ticks() - (period(a & RS) == 0 ? 0 : (ticks() - edge) % period(a & RS));
        select(CLOCK_32K | rate);
        edge = last;
    }

    /** None, or one with moments that are far from its edges. */
    private int rate() {
        int rate = random.nextInt(16);
        return rate == 0 || period(rate) * NANOS_PER_TICK >= tally.shortestPeriod() ? rate : rate();
    }

    /** Table 5: periods of the crystal between two interrupts; the rates 1 and 2 are those of 8 and 9. */
    private static int period(int rate) {
        return rate == 0 ? 0 : 1 << (rate <= 2 ? rate + 6 : rate - 1);
    }

    /** Periods of the crystal since the power came. */
    private long ticks() {
        return both.now() / SECOND * 32_768 + both.now() % SECOND * 32_768 / SECOND;
    }

    /** Comes near the end of a second, and goes through it in the smallest steps there are. */
    void approach() {
        for (int tries = 20; tries > 0 && SECOND - phase() > NEAR; tries--) {
            run((SECOND - phase() - NEAR / 2) * 3 / 4);
        }
        while (SECOND - phase() <= NEAR) {
            run(0);
            look();
        }
    }

    /** Whether seconds end. */
    private boolean running() {
        return (a & DIVIDER_RESET) != DIVIDER_RESET;
    }

    private long phase() {
        return Math.floorMod(both.now() - boundary, SECOND);
    }

    // ---- What it sees

    /** The time and UIP are QEMU's as soon as they are asked for; its flags wait for its timers, which may be late. */
    private void look() {
        Seen seen = see();
        long first = both.now();
        boolean again = false;
        while (!seen.flagsAgree()) {
            require(tally.excuses(both.now() - first), seen);
            again = true;
            both.run(0);
            seen = seen.and(see());
        }
        tally.compared(again);
        tally.saw("UIP", seen.registerA.qemu() & UIP);
        tally.saw("UF", seen.flags.qemu() & seen.flagMask & UF);
        tally.saw("AF", seen.flags.qemu() & seen.flagMask & AF);
        tally.saw("PF", seen.flags.qemu() & seen.flagMask & PF);
        tally.saw("IRQ 8", seen.level.qemu());
        seen.time().ifPresent(told -> time = told);
        wasSet = (b & SET) != 0;
    }

    private void require(boolean agreement, Object seen) {
        if (!agreement) {
            throw new AssertionError("RTC: " + seen + "\n  " + both.history());
        }
    }

    /** One look: register A, the bytes of the time, the line's level, and C, which a look clears. */
    private final class Seen {
        private final Both registerA;
        private final List<Both> bytes;
        private final Both level;
        private Both flags;
        private final int flagMask;
        private final int format = b;

        Seen(Both registerA, List<Both> bytes, Both level, Both flags, int flagMask) {
            this.registerA = registerA;
            this.bytes = bytes;
            this.level = level;
            this.flags = flags;
            this.flagMask = flagMask;
        }

        boolean timeAgrees() {
            return registerA.agree(0xFF) && bytes.stream().allMatch(both -> both.agree(0xFF));
        }

        /** Where UF and AF are not looked at, they may be what holds the line. */
        boolean flagsAgree() {
            return flags.agree(flagMask) && ((flagMask & UF) == 0 || level.agree(1));
        }

        /** What this and a later look saw, together. */
        Seen and(Seen later) {
            later.flags =
                    new Both(flags.qemu() | later.flags.qemu(), flags.ours() | later.flags.ours());
            return later;
        }

        Optional<LocalDateTime> time() {
            int[] values = new int[RtcDecoder.INDEX_BITS + 1];
            for (int i = 0; i < RtcBytes.PLACES.length; i++) {
                values[RtcBytes.PLACES[i]] = bytes.get(i).qemu();
            }
            return RtcBytes.decode(values, format);
        }

        @Override
        public String toString() {
            return "A " + registerA + ", time " + bytes + ", IRQ 8 " + level + ", C " + flags;
        }
    }

    private Seen see() {
        List<Command> commands = new ArrayList<>();
        get(commands, RtcDecoder.A);
        for (int place : RtcBytes.PLACES) {
            get(commands, place);
        }
        List<Both> answers = values(both.ask(commands));
        Both level = both.level(RtcReferee.GSI);
        List<Command> flags = new ArrayList<>();
        get(flags, RtcDecoder.C);
        Seen seen =
                new Seen(
                        answers.get(0),
                        answers.subList(1, answers.size()),
                        level,
                        values(both.ask(flags)).get(0),
                        flagMask());
        require(seen.timeAgrees(), seen);
        return seen;
    }

    /** PF is QEMU's only with PIE; what it sets under SET is not looked at. */
    private int flagMask() {
        boolean set = wasSet || (b & SET) != 0;
        return ((b & PIE) != 0 ? PF : 0) | (set ? 0 : UF | AF | IRQF);
    }

    /** Every second answer: the others are of the index. */
    private static List<Both> values(List<Both> answers) {
        List<Both> values = new ArrayList<>();
        for (int i = 1; i < answers.size(); i += 2) {
            values.add(answers.get(i));
        }
        return values;
    }

    // ---- The two ports

    private void control(int value) {
        b = value;
        put(RtcDecoder.B, value);
    }

    private void select(int value) {
        a = value;
        put(RtcDecoder.A, value);
    }

    private void put(int index, int value) {
        both.ask(
                List.of(Command.out(RtcDecoder.INDEX, index), Command.out(RtcDecoder.DATA, value)));
    }

    private static void get(List<Command> commands, int index) {
        commands.add(Command.out(RtcDecoder.INDEX, index));
        commands.add(Command.in(RtcDecoder.DATA));
    }

    private boolean any(int times) {
        return random.nextInt(times) == 0;
    }
}
