package io.trapline.acrn;

import io.trapline.rig.Bulk;
import io.trapline.rig.Injector;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.concurrent.locks.ReentrantLock;

/** One vCPU of a {@link RandomGuest}: its accesses, drawn by its seed, against a model of what they should answer. */
final class RandomVcpu {
    private static final int CONFIG_ADDRESS = 0xCF8;
    private static final int CONFIG_DATA = 0xCFC;
    private static final int SHORTEST_RUN = 5;
    private static final int LONGEST_RUN = 60;

    /** How many commands are kept to be told when something is wrong. */
    private static final int STORY = 12;

    private final Injector guest;
    private final AddressPlan plan;
    private final int vcpu;
    private final ReentrantLock configuration;
    private final Random random;
    private final Deque<String> story = new ArrayDeque<>();
    private final Cells ports = new Cells(AddressPlan.PORTS);
    private final Cells memory = new Cells(AddressPlan.MEMORY);
    private final Cells registers = new Cells(AddressPlan.REGISTERS);
    private final String function;
    private long portCounter;
    private long memoryCounter;
    private long accesses;
    private long commands;

    /**
     * @param configuration held during a configuration access: a machine has its two ports only once
     */
    RandomVcpu(Injector guest, AddressPlan plan, int vcpu, ReentrantLock configuration, long seed) {
        this.guest = guest;
        this.plan = plan;
        this.vcpu = vcpu;
        this.configuration = configuration;
        random = new Random(seed);
        function = "0:%x.0".formatted(plan.device(vcpu));
    }

    long accesses() {
        return accesses;
    }

    long commands() {
        return commands;
    }

    String story() {
        return String.join("\n    ", story);
    }

    /** Brings everything to a known value. */
    void prepare() {
        for (int offset = 0; offset < ports.length(); offset += 4) {
            writePort(offset, 4, random.nextInt());
        }
        for (int offset = 0; offset < memory.length(); offset += 8) {
            writeMemory(offset, 8, random.nextLong());
        }
        for (int offset = 0; offset < registers.length(); offset += 4) {
            writeRegister(offset, 4, random.nextInt());
        }
        portCounter = Cells.cut(random.nextLong(), 4);
        tell("set the port counter to", portCounter, 1);
        guest.writePort(plan.portCounter(vcpu), 4, portCounter);
        memoryCounter = random.nextLong();
        tell("set the memory counter to", memoryCounter, 1);
        guest.writeMemory(plan.memoryCounter(vcpu), 8, memoryCounter);
    }

    /** The next access, or the next run of them. */
    void step() {
        int portWidth = 1 << random.nextInt(3);
        int memoryWidth = 1 << random.nextInt(4);
        int port = random.nextInt(ports.length() - portWidth + 1);
        int cell = random.nextInt(memory.length() - memoryWidth + 1);
        int register = random.nextInt(registers.length() / portWidth) * portWidth;
        switch (random.nextInt(16)) {
            case 0, 1 -> readPort(port, portWidth);
            case 2 -> writePort(port, portWidth, random.nextLong());
            case 3, 4 -> readMemory(cell, memoryWidth);
            case 5 -> writeMemory(cell, memoryWidth, random.nextLong());
            case 6 -> readRegister(register, portWidth);
            case 7 -> writeRegister(register, portWidth, random.nextLong());
            case 8 -> askNobody(portWidth, memoryWidth);
            case 9 -> readPortOften(port, portWidth);
            case 10 -> readMemoryOften(cell, memoryWidth);
            case 11 -> writePortOften(port, portWidth, random.nextLong());
            case 12 -> writeMemoryOften(cell, memoryWidth, random.nextLong());
            case 13 -> readRegisterOften(register, portWidth);
            case 14 -> countPorts();
            default -> countMemory();
        }
    }

    private void readPort(int offset, int width) {
        long expected = ports.get(offset, width);
        tell("port r " + offset + " " + width, expected, 1);
        expect(expected, guest.readPort(plan.ports(vcpu) + offset, width));
    }

    private void writePort(int offset, int width, long any) {
        long value = Cells.cut(any, width);
        ports.set(offset, width, value);
        tell("port w " + offset + " " + width, value, 1);
        guest.writePort(plan.ports(vcpu) + offset, width, value);
    }

    private void readMemory(int offset, int width) {
        long expected = memory.get(offset, width);
        tell("memory r " + offset + " " + width, expected, 1);
        expect(expected, guest.readMemory(plan.memory(vcpu) + offset, width));
    }

    private void writeMemory(int offset, int width, long any) {
        long value = Cells.cut(any, width);
        memory.set(offset, width, value);
        tell("memory w " + offset + " " + width, value, 1);
        guest.writeMemory(plan.memory(vcpu) + offset, width, value);
    }

    private void readRegister(int offset, int width) {
        long expected = registers.get(offset, width);
        tell("register r " + offset + " " + width, expected, 1);
        configuration.lock();
        try {
            int register = AddressPlan.FIRST_REGISTER + offset;
            expect(expected, guest.readConfiguration(function, register, width));
        } finally {
            configuration.unlock();
        }
    }

    private void writeRegister(int offset, int width, long any) {
        long value = Cells.cut(any, width);
        registers.set(offset, width, value);
        tell("register w " + offset + " " + width, value, 1);
        configuration.lock();
        try {
            int register = AddressPlan.FIRST_REGISTER + offset;
            guest.writeConfiguration(function, register, width, value);
        } finally {
            configuration.unlock();
        }
    }

    private void askNobody(int portWidth, int memoryWidth) {
        tell("nobody " + portWidth + " " + memoryWidth, -1, 4);
        guest.writePort(plan.nobodysPort(vcpu), portWidth, 0);
        expect(Cells.cut(-1, portWidth), guest.readPort(plan.nobodysPort(vcpu), portWidth));
        guest.writeMemory(plan.nobodysMemory(vcpu), memoryWidth, 0);
        expect(Cells.cut(-1, memoryWidth), guest.readMemory(plan.nobodysMemory(vcpu), memoryWidth));
    }

    private void readPortOften(int offset, int width) {
        run("pio r", plan.ports(vcpu) + offset, width, expecting(ports.get(offset, width)));
    }

    private void readMemoryOften(int offset, int width) {
        run("mmio r", plan.memory(vcpu) + offset, width, expecting(memory.get(offset, width)));
    }

    private void writePortOften(int offset, int width, long any) {
        long value = Cells.cut(any, width);
        ports.set(offset, width, value);
        run("pio w", plan.ports(vcpu) + offset, width, Long.toUnsignedString(value));
        readPort(offset, width);
    }

    private void writeMemoryOften(int offset, int width, long any) {
        long value = Cells.cut(any, width);
        memory.set(offset, width, value);
        run("mmio w", plan.memory(vcpu) + offset, width, Long.toUnsignedString(value));
        readMemory(offset, width);
    }

    /** The register's address once, then its data often. */
    private void readRegisterOften(int offset, int width) {
        int register = AddressPlan.FIRST_REGISTER + offset;
        long address = 1L << 31 | (long) plan.device(vcpu) << 11 | register & ~3;
        configuration.lock();
        try {
            tell("register address", address, 1);
            guest.writePort(CONFIG_ADDRESS, 4, address);
            String expected = expecting(registers.get(offset, width));
            run("pio r", CONFIG_DATA + (register & 3), width, expected);
        } finally {
            configuration.unlock();
        }
    }

    private void countPorts() {
        Bulk run = run("pio r", plan.portCounter(vcpu), 4, "expect=inc");
        portCounter = Cells.cut(portCounter + run.accesses(), 4);
        expect(portCounter, run.last());
    }

    private void countMemory() {
        Bulk run = run("mmio r", plan.memoryCounter(vcpu), 8, "expect=inc");
        memoryCounter += run.accesses();
        expect(memoryCounter, run.last());
    }

    private static String expecting(long value) {
        return "expect=" + Long.toUnsignedString(value);
    }

    private Bulk run(String verb, long address, int width, String rest) {
        int length = SHORTEST_RUN + random.nextInt(LONGEST_RUN - SHORTEST_RUN + 1);
        String access = verb + " " + address + " " + width + " " + rest;
        tell(length + " times " + access, 0, length);
        Bulk run = guest.bulk(length, access);
        if (!run.good() || run.accesses() != length) {
            throw new AssertionError(run.toString());
        }
        return run;
    }

    private void expect(long expected, long actual) {
        if (actual != expected) {
            throw new AssertionError("expected %#x, got %#x".formatted(expected, actual));
        }
    }

    private void tell(String command, long value, int count) {
        if (story.size() == STORY) {
            story.removeFirst();
        }
        story.addLast(command + " " + Long.toHexString(value));
        accesses += count;
        commands++;
    }
}
