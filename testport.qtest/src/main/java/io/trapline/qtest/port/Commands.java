package io.trapline.qtest.port;

import static io.trapline.hypervisor.IoRequestSlot.MMIO;
import static io.trapline.hypervisor.IoRequestSlot.PORTIO;

import io.trapline.hypervisor.MachineTime;
import io.trapline.qtest.machine.InterruptLines;
import io.trapline.qtest.machine.MachineStopped;
import io.trapline.qtest.machine.QtestMachine;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** The commands of the protocol, as a table, and what each does. By the port's thread. */
final class Commands {
    /** The one part with interrupt lines. */
    private static final String IOAPIC = "ioapic";

    private static final int PORTS = 0x1_0000;

    /** How far the clock goes where no timer tells how far. */
    private static final long IDLE_STEP = 1_000_000;

    /** What the clock does not reach, so that no sum of two times overflows. */
    private static final long END_OF_TIME = Long.MAX_VALUE / 2;

    private final QtestMachine machine;
    private final Memory memory;
    private final Replies replies;
    private final Map<String, Command> table = new HashMap<>();

    /** A command: its words after the name, and what it does. */
    private record Command(String name, int least, int most, Action action) {}

    @FunctionalInterface
    private interface Action {
        void run(Line line) throws BadLine, MachineStopped, IOException;
    }

    Commands(QtestMachine machine, Replies replies) {
        this.machine = machine;
        this.memory = new Memory(machine);
        this.replies = replies;
        // spotless:off
        //  name                 words  what it does
        add("endianness",        0, 0, line -> replies.okText("little"));
        add("inb",               1, 1, line -> in(line, 1));
        add("inw",               1, 1, line -> in(line, 2));
        add("inl",               1, 1, line -> in(line, 4));
        add("outb",              2, 2, line -> out(line, 1));
        add("outw",              2, 2, line -> out(line, 2));
        add("outl",              2, 2, line -> out(line, 4));
        add("readb",             1, 1, line -> load(line, 1));
        add("readw",             1, 1, line -> load(line, 2));
        add("readl",             1, 1, line -> load(line, 4));
        add("readq",             1, 1, line -> load(line, 8));
        add("writeb",            2, 2, line -> store(line, 1));
        add("writew",            2, 2, line -> store(line, 2));
        add("writel",            2, 2, line -> store(line, 4));
        add("writeq",            2, 2, line -> store(line, 8));
        add("read",              2, 2, this::read);
        add("write",             3, 3, this::write);
        add("memset",            3, 3, this::memset);
        add("b64read",           2, 2, this::readBase64);
        add("b64write",          3, 3, this::writeBase64);
        add("clock_step",        0, 1, this::stepClock);
        add("clock_set",         1, 1, this::setClock);
        add("irq_intercept_in",  1, 1, this::intercept);
        add("irq_intercept_out", 1, 1, this::intercept);
        add("set_irq_in",        4, 4, this::drive);
        // spotless:on
    }

    private void add(String name, int least, int most, Action action) {
        table.put(name, new Command(name, least, most, action));
    }

    /** Does what a line says, and replies. */
    void run(Line line) throws IOException {
        try {
            Command command = table.get(line.shown(0));
            if (command == null) {
                throw new BadLine("unknown command '" + line.shown(0) + "'");
            }
            int words = line.words() - 1;
            if (words < command.least || words > command.most) {
                throw new BadLine(
                        command.name
                                + " has "
                                + words
                                + " words after it, wanted "
                                + wanted(command));
            }
            command.action.run(line);
        } catch (BadLine | MachineStopped e) {
            replies.fail(e.getMessage());
        }
    }

    private static String wanted(Command command) {
        return command.least == command.most
                ? Integer.toString(command.most)
                : command.least + " to " + command.most;
    }

    // ---- ports and single accesses ----

    private void in(Line line, int width) throws BadLine, MachineStopped, IOException {
        replies.ok(machine.read(PORTIO, line.number(1, PORTS, "port"), width), 4);
    }

    private void out(Line line, int width) throws BadLine, MachineStopped, IOException {
        machine.write(PORTIO, line.number(1, PORTS, "port"), width, line.number(2));
        replies.ok();
    }

    private void load(Line line, int width) throws BadLine, MachineStopped, IOException {
        replies.ok(machine.read(MMIO, line.number(1), width), 16);
    }

    private void store(Line line, int width) throws BadLine, MachineStopped, IOException {
        machine.write(MMIO, line.number(1), width, line.number(2));
        replies.ok();
    }

    // ---- ranges ----

    private void read(Line line) throws BadLine, MachineStopped, IOException {
        replies.okHex(memory.read(line.number(1), line.number(2)));
    }

    private void readBase64(Line line) throws BadLine, MachineStopped, IOException {
        replies.okBase64(memory.read(line.number(1), line.number(2)));
    }

    private void write(Line line) throws BadLine, MachineStopped, IOException {
        memory.write(line.number(1), line.number(2), line.hex(3));
        replies.ok();
    }

    private void writeBase64(Line line) throws BadLine, MachineStopped, IOException {
        memory.write(line.number(1), line.number(2), line.base64(3));
        replies.ok();
    }

    private void memset(Line line) throws BadLine, MachineStopped, IOException {
        memory.set(line.number(1), line.number(2), (byte) line.number(3));
        replies.ok();
    }

    // ---- the clock ----

    private void stepClock(Line line) throws BadLine, MachineStopped, IOException {
        long now = machine.now();
        long to;
        if (line.words() > 1) {
            long step = line.number(1);
            to = step < 0 || step > END_OF_TIME ? Long.MAX_VALUE : now + step;
        } else {
            long next = machine.nextDeadline();
            to = next == MachineTime.NEVER ? now + IDLE_STEP : Math.max(now, next);
        }
        moveClock(to);
    }

    private void setClock(Line line) throws BadLine, MachineStopped, IOException {
        long to = line.number(1);
        moveClock(to < 0 ? Long.MAX_VALUE : Math.max(to, machine.now()));
    }

    private void moveClock(long to) throws BadLine, MachineStopped, IOException {
        if (to > END_OF_TIME) {
            throw new BadLine("the clock goes no further than to " + END_OF_TIME);
        }
        replies.okText(Long.toString(machine.advance(to)));
    }

    // ---- interrupt lines ----

    private void intercept(Line line) throws BadLine, IOException {
        requireIoapic(line);
        machine.lines().listen(replies);
        replies.ok();
    }

    private void drive(Line line) throws BadLine, IOException {
        requireIoapic(line);
        machine.lines()
                .outside(
                        line.number(3, InterruptLines.COUNT, "interrupt line"),
                        line.number(4) != 0);
        replies.ok();
    }

    private static void requireIoapic(Line line) throws BadLine {
        if (!line.word(1).equals(IOAPIC)) {
            throw new BadLine("unknown device '" + line.shown(1) + "', there is " + IOAPIC);
        }
    }
}
