package io.trapline.sim;

import io.trapline.hypervisor.ScriptedGuest;

/** The monitor's commands; texts and formats are those of the bare-metal guest, but nanoseconds for cycles. */
final class MonitorCommands {
    // spotless:off
    private enum Command {
        //    usage                       meaning
        ECHO ("echo TEXT",                "print TEXT"),
        IN   ("in PORT [b|w|l]",          "read a port"),
        OUT  ("out PORT VALUE [b|w|l]",   "write a port"),
        READ ("read ADDR [b|w|l]",        "read memory"),
        WRITE("write ADDR VALUE [b|w|l]", "write memory"),
        COUNT("count N",                  "print 1 to N, any key stops"),
        TIME ("time PORT N",              "nanoseconds of N byte reads of a port"),
        TIMEM("timem ADDR N",             "nanoseconds of N 32-bit reads of memory"),
        DATE ("date",                     "the time of the RTC"),
        CMOS ("cmos [INDEX [VALUE]]",     "show all bytes of the RTC, read one, write one"),
        TICKS("ticks N",                  "count periodic flags in N updates of the RTC, any key stops"),
        HELP ("help",                     "this list"),
        HALT ("halt",                     "stop the processor"),
        RESET("reset",                    "ask port 64 for a reset"),
        CRASH("crash",                    "triple fault");

        private final String word;
        private final String usage;
        private final String meaning;

        Command(String usage, String meaning) {
            this.word = usage.split(" ")[0];
            this.usage = usage;
            this.meaning = meaning;
        }

        static Command of(String word) {
            for (Command command : values()) {
                if (command.word.equals(word)) {
                    return command;
                }
            }
            return null;
        }
    }
    // spotless:on

    private static final int KEYBOARD = 0x64;
    private static final int PULSE_RESET = 0xFE;
    private static final long PACE_RESET = 100_000_000;
    private static final String NEW_LINE = "\r\n";

    private final ScriptedGuest.Cpu cpu;
    private final MonitorConsole console;
    private final MonitorClock clock;

    MonitorCommands(ScriptedGuest.Cpu cpu) {
        this.cpu = cpu;
        this.console = new MonitorConsole(cpu);
        this.clock = new MonitorClock(cpu, console);
    }

    /** For ever; greets whenever a UART has come. */
    @SuppressWarnings("InfiniteLoopStatement")
    void run() {
        for (; ; ) {
            console.awaitUart();
            try {
                console.print("trapline guest: ready" + NEW_LINE);
                for (; ; ) {
                    console.print("> ");
                    obey(new MonitorLine(console.readLine()));
                }
            } catch (MonitorConsole.Absent e) {
                // back to looking for one
            }
        }
    }

    private void obey(MonitorLine line) {
        String word = line.word();
        if (word.isEmpty()) {
            return;
        }
        Command command = Command.of(word);
        if (command == null) {
            console.print("error: unknown command: " + word + NEW_LINE);
            return;
        }
        try {
            switch (command) {
                case ECHO -> console.print(line.text() + NEW_LINE);
                case IN -> in(line);
                case OUT -> out(line);
                case READ -> read(line);
                case WRITE -> write(line);
                case COUNT -> count(line);
                case TIME -> time(line);
                case TIMEM -> timem(line);
                case DATE -> date(line);
                case CMOS -> cmos(line);
                case TICKS -> ticks(line);
                case HELP -> help(line);
                case HALT -> halt(line);
                case RESET -> reset(line);
                case CRASH -> crash(line);
            }
        } catch (MonitorLine.BadArguments e) {
            console.print("error: usage: " + command.usage + NEW_LINE);
        }
    }

    private void in(MonitorLine line) {
        int port = line.port();
        int width = line.width(1);
        line.end();
        show(cpu.in(port, width), width);
    }

    private void out(MonitorLine line) {
        int port = line.port();
        long value = line.hex();
        int width = line.width(1);
        line.endWith(value, width);
        cpu.out(port, width, value);
        console.print("ok" + NEW_LINE);
    }

    private void read(MonitorLine line) {
        long address = line.hex();
        int width = line.width(4);
        line.end();
        show(cpu.load(address, width), width);
    }

    private void write(MonitorLine line) {
        long address = line.hex();
        long value = line.hex();
        int width = line.width(4);
        line.endWith(value, width);
        cpu.store(address, width, value);
        console.print("ok" + NEW_LINE);
    }

    private void show(long value, int width) {
        console.print("= " + hex(value, 2 * width) + NEW_LINE);
    }

    private static String hex(long value, int digits) {
        return ("%0" + digits + "x").formatted(value);
    }

    private void count(MonitorLine line) {
        long last = line.decimal();
        line.end();
        for (long i = 1; i <= last; i++) {
            console.print(i + NEW_LINE);
            if (console.hasKey()) {
                console.dropKey();
                console.print("stopped at " + i + NEW_LINE);
                return;
            }
        }
    }

    private void time(MonitorLine line) {
        int port = line.port();
        long reads = line.lastPositive();
        long begin = cpu.nanoTime();
        for (long i = 0; i < reads; i++) {
            cpu.in(port, 1);
        }
        timed(hex(port, 4), reads, cpu.nanoTime() - begin);
    }

    private void timem(MonitorLine line) {
        long address = line.hex();
        long reads = line.lastPositive();
        long begin = cpu.nanoTime();
        for (long i = 0; i < reads; i++) {
            cpu.load(address, 4);
        }
        timed(hex(address, 8), reads, cpu.nanoTime() - begin);
    }

    private void timed(String where, long reads, long nanos) {
        console.print("%s: %d reads, %d ns each\r\n".formatted(where, reads, nanos / reads));
    }

    private void date(MonitorLine line) {
        line.end();
        console.print(clock.date() + NEW_LINE);
    }

    private void cmos(MonitorLine line) {
        if (line.ended()) {
            clock.dump();
            return;
        }
        int index = line.upTo(MonitorClock.BYTES - 1);
        if (line.ended()) {
            show(clock.read(index), 1);
        } else {
            long value = line.hex();
            line.endWith(value, 1);
            clock.write(index, value);
            console.print("ok" + NEW_LINE);
        }
    }

    private void ticks(MonitorLine line) {
        console.print(clock.ticks(line.lastPositive()) + NEW_LINE);
    }

    private void help(MonitorLine line) {
        line.end();
        for (Command command : Command.values()) {
            console.print(command.usage + " - " + command.meaning + NEW_LINE);
        }
    }

    private void halt(MonitorLine line) {
        line.end();
        console.print("halting" + NEW_LINE);
        console.drain();
        MonitorGuest.idle(cpu);
    }

    private void reset(MonitorLine line) {
        line.end();
        console.print("resetting" + NEW_LINE);
        console.drain();
        cpu.out(KEYBOARD, 1, PULSE_RESET);
        console.pace(PACE_RESET);
        console.print("error: no reset" + NEW_LINE);
    }

    private void crash(MonitorLine line) {
        line.end();
        console.print("crashing" + NEW_LINE);
        console.drain();
        throw new IllegalStateException("triple fault, as the command crash asked");
    }
}
