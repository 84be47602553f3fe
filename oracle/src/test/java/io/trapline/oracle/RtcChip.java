package io.trapline.oracle;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** The RTC, while time stands still. */
final class RtcChip implements Chip {
    static final int A_OF_A_PC = 0x26;
    static final int B_OF_A_PC = 0x02;
    static final int SET = 0x80;

    static final LocalDateTime START = LocalDateTime.of(2020, 2, 28, 23, 59, 50);

    private static final int FIRST_ALARM = 1, LAST_ALARM = 5;

    @Override
    public String name() {
        return "RTC";
    }

    /** A known time, under SET; no alarm, no interrupt, no flag. */
    @Override
    public List<Command> prologue() {
        List<Command> commands = new ArrayList<>();
        put(commands, RtcDecoder.B, SET | B_OF_A_PC);
        put(commands, RtcDecoder.A, A_OF_A_PC);
        for (int place : RtcBytes.PLACES) {
            put(commands, place, RtcBytes.encode(START, place, B_OF_A_PC));
        }
        for (int alarm = FIRST_ALARM; alarm <= LAST_ALARM; alarm += 2) {
            put(commands, alarm, 0);
        }
        put(commands, RtcDecoder.B, B_OF_A_PC);
        commands.add(Command.out(RtcDecoder.INDEX, RtcDecoder.C));
        commands.add(Command.in(RtcDecoder.DATA));
        commands.add(Command.out(RtcDecoder.INDEX, 0));
        return commands;
    }

    private static void put(List<Command> commands, int index, int value) {
        commands.add(Command.out(RtcDecoder.INDEX, index));
        commands.add(Command.out(RtcDecoder.DATA, value));
    }

    @Override
    public List<Command> traffic(Random random, int length) {
        return new RtcTraffic(random, length).commands();
    }

    @Override
    public Referee referee(Consumer<Exclusion> excused) {
        return new RtcReferee(START, A_OF_A_PC, B_OF_A_PC, excused);
    }

    @Override
    public Decoder decoder() {
        return new RtcDecoder();
    }
}
