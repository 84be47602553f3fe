package io.trapline.demo;

import io.trapline.hypervisor.ScriptedGuest;
import io.trapline.rig.Injector;
import io.trapline.rig.Mapping;
import io.trapline.rig.RigException;
import io.trapline.rig.Status;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * vCPU 0 of a User VM in the rig: each access goes through the stand-in for the hypervisor and the real driver. One
 * thread at a time; only {@link #end} comes from others.
 */
final class InjectedCpu implements ScriptedGuest.Cpu, AutoCloseable {
    /** A processor waits for its answer as long as it takes; it is freed when its machine is stopped. */
    private static final Duration ACCESS = Duration.ofHours(1);

    /** Between two looks whether the machine is there that an interrupt is awaited of. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    /** An event of the rig's log: {@code 17 t=.. vm=1 msi addr=0xfee00000 data=0x41 ..}. */
    private static final Pattern MESSAGE =
            Pattern.compile("(\\d+) .*\\bvm=(\\d+) msi addr=\\S+ data=0x([0-9a-f]+).*");

    private final Injector rig;
    private final int vm;
    private final List<Mapping> memory;
    private long nextEvent;
    private volatile boolean over;

    private InjectedCpu(Injector rig, int vm) {
        this.rig = rig.vm(vm).timeout(ACCESS);
        this.vm = vm;
        memory = rig.map();
        nextEvent = rig.status().events();
    }

    /**
     * Processor 0 of the User VM that the hypervisor knows by this name.
     *
     * @throws IllegalArgumentException if there is none
     */
    static InjectedCpu of(String machine) {
        Injector rig = new Injector();
        Status status = rig.status();
        return status.machines().stream()
                .filter(row -> row.name().equals(machine))
                .findAny()
                .map(row -> new InjectedCpu(rig, row.vm()))
                .orElseThrow(
                        () -> {
                            rig.close();
                            return new IllegalArgumentException(
                                    "no User VM " + machine + ": " + status);
                        });
    }

    /** Whether an access failed only because its machine was stopped or reset. */
    static boolean stopped(RigException e) {
        return e.words().matches("(abandoned|vm-not-running|no-vm)\\b.*");
    }

    /** Its next access throws a {@link CancellationException}. */
    void end() {
        over = true;
    }

    private Injector rig() {
        if (over) {
            throw gone();
        }
        return rig;
    }

    private static CancellationException gone() {
        return new CancellationException("the machine was stopped or reset");
    }

    @Override
    public int id() {
        return 0;
    }

    @Override
    public long in(int port, int width) {
        return rig().readPort(port, width);
    }

    @Override
    public void out(int port, int width, long value) {
        rig().writePort(port, width, value);
    }

    @Override
    public long load(long address, int width) {
        if (!isRam(address, width)) {
            return rig().readMemory(address, width);
        }
        byte[] value = Arrays.copyOf(rig().readRam(address, width), Long.BYTES);
        return ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    @Override
    public void store(long address, int width, long value) {
        if (isRam(address, width)) {
            ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            rig().writeRam(address, Arrays.copyOf(bytes.putLong(value).array(), width));
        } else {
            rig().writeMemory(address, width, value);
        }
    }

    private boolean isRam(long address, int width) {
        return memory.stream()
                .anyMatch(
                        piece ->
                                address >= piece.address()
                                        && address + width <= piece.address() + piece.length());
    }

    @Override
    public int readConfiguration(int bus, int device, int function, int register, int width) {
        return (int) rig().readConfiguration(name(bus, device, function), register, width);
    }

    @Override
    public void writeConfiguration(
            int bus, int device, int function, int register, int width, int value) {
        rig().writeConfiguration(
                        name(bus, device, function),
                        register,
                        width,
                        Integer.toUnsignedLong(value));
    }

    private static String name(int bus, int device, int function) {
        return "%x:%x.%x".formatted(bus, device, function);
    }

    @Override
    public void awaitInterrupt(int gsi) {
        for (Status.Machine now = now(); !isHigh(now, gsi); now = now()) {
            await(rig::waitLine, now.irqLines() + 1);
        }
    }

    @Override
    public boolean interrupt(int gsi) {
        return isHigh(now(), gsi);
    }

    private static boolean isHigh(Status.Machine machine, int gsi) {
        return (machine.highLines() >>> gsi & 1) != 0;
    }

    private Status.Machine now() {
        return rig().status().machines().stream()
                .filter(row -> row.vm() == vm)
                .findAny()
                .orElseThrow(InjectedCpu::gone);
    }

    @Override
    public int awaitMessage() {
        for (; ; ) {
            long seen = now().msis();
            for (String event : rig().log(nextEvent)) {
                Matcher message = MESSAGE.matcher(event);
                if (message.matches() && Integer.parseInt(message.group(2)) == vm) {
                    nextEvent = Long.parseLong(message.group(1)) + 1;
                    return (int) Long.parseLong(message.group(3), 16);
                }
            }
            await(rig::waitMsi, seen + 1);
        }
    }

    /** Returns when that many have come, or earlier. */
    private void await(LongConsumer wait, long count) {
        try {
            rig().timeout(LOOK);
            wait.accept(count);
        } catch (RigException e) {
            if (!e.words().startsWith("timeout")) {
                throw e;
            }
        } finally {
            rig.timeout(ACCESS);
        }
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void close() {
        rig.close();
    }
}
