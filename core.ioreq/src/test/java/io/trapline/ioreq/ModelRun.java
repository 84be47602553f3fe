package io.trapline.ioreq;

import io.trapline.device.Board;
import io.trapline.device.Claim;
import io.trapline.device.Deferred;
import io.trapline.device.Device;
import io.trapline.device.DeviceState;
import io.trapline.device.PciAddress;
import io.trapline.device.PciFunction;
import io.trapline.device.Region;
import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.machine.ClientMode;
import io.trapline.machine.DeviceRow;
import io.trapline.machine.RangeRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * A real machine and the model side by side. A step is five numbers, read modulo what there is, so that any
 * list of steps can be run, and a failing one be shortened.
 */
final class ModelRun implements AutoCloseable {
    /** The register whose write moves a device's base address register. */
    static final int BAR = 0x10;

    private static final int VCPUS = 4;
    private static final int DEVICES = 4;
    private static final String[] CLIENTS = {"shared", "own", "d0", "d1", "d2", "d3"};
    private static final long[] PLACES = {
        0xF800_0000L,
        0xF000_0000L,
        0xF000_0800L,
        0xFFFF_FFFF_FFFF_F000L,
        0,
        0x20_0000,
        -8,
        0xE004_0000L
    };

    /** More faults than that within a second would quarantine it, and a second is not ours to count. */
    private static final int FAULTS = 80;

    private final ByHand hands = new ByHand();
    private final TestMachine test = new TestMachine(VCPUS, hands);
    private final Model model = new Model(FakeVm.RAM);
    private final Model.Request[] pending = new Model.Request[VCPUS];
    private final long[] completions = new long[VCPUS];
    private final List<Plugged> plugs = new ArrayList<>();
    private final Map<Model.Device, Plugged> real = new IdentityHashMap<>();
    private final List<Deferred> tokens = new ArrayList<>();
    private final Map<String, Integer> faults = new HashMap<>();
    private boolean threads;

    ModelRun() throws Exception {}

    static long place(long value) {
        return PLACES[(int) (value & 0xFFFF) % PLACES.length];
    }

    private static final class OnPurpose extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** A device of the real machine: as its twin in the model, but for the threads around it. */
    private final class Plugged implements Device, PciFunction {
        final Model.Device twin;
        final int routingId;
        private final List<Claim> bars = new ArrayList<>();
        Plug plug;
        private Board board;
        private long[] cells = new long[8];
        private int throwing;
        private boolean deferring;
        private long calls;

        Plugged(Model.Device twin, int routingId) {
            this.twin = twin;
            this.routingId = routingId;
        }

        @Override
        public void install(Board board) {
            this.board = board;
            for (Model.Claim claim : twin.claims) {
                if (claim.bar) {
                    bars.add(board.memoryUnmapped(claim.length, new Memory()));
                } else if (claim.type == IoRequestSlot.PORTIO) {
                    board.ports((int) claim.first, (int) claim.length, new Memory());
                } else if (claim.type == IoRequestSlot.MMIO) {
                    board.memory(claim.first, claim.length, new Memory());
                } else {
                    board.pci(this);
                }
            }
            if (twin.failsInstall) {
                throw new OnPurpose();
            }
        }

        @Override
        public void reset() {
            if (twin.failsReset) {
                cells = new long[8];
                throw new OnPurpose();
            }
            cells = new long[8];
        }

        @Override
        public DeviceState save() {
            if (twin.failsSave) {
                throw new OnPurpose();
            }
            return new DeviceState("model", 1, Map.of("cells", cells));
        }

        @Override
        public void restore(DeviceState state) {
            if (twin.failsRestore) {
                throw new OnPurpose();
            }
            cells = ((long[]) state.values().get("cells")).clone();
        }

        private long access(long offset, boolean write, long value, boolean configuration) {
            calls++;
            if (throwing > 0) {
                throwing--;
                throw new OnPurpose();
            }
            if (write && configuration && offset == BAR) {
                bars.forEach(bar -> bar.move(place(value)));
            } else if (write) {
                cells[(int) offset & 7] = value;
            }
            if (deferring) {
                tokens.add(board.defer());
            }
            return cells[(int) offset & 7] + twin.version;
        }

        @Override
        public PciAddress address() {
            return new PciAddress(0, routingId >> 3, routingId & 7);
        }

        @Override
        public int readConfiguration(int register, int width) {
            return (int) access(register, false, 0, true);
        }

        @Override
        public void writeConfiguration(int register, int width, int value) {
            access(register, true, Integer.toUnsignedLong(value), true);
        }

        private final class Memory implements Region {
            @Override
            public long read(long offset, int width) {
                return access(offset, false, 0, false);
            }

            @Override
            public void write(long offset, int width, long value) {
                access(offset, true, value, false);
            }
        }
    }

    /** Does one step on both sides and compares them. */
    void step(int[] s) {
        int kind = s[0] % 100;
        if (kind < 60) {
            access(s[1], s[2], s[3], s[4]);
        } else if (kind < 70) {
            plug(s[1], s[2], s[3], s[4]);
        } else if (kind < 77) {
            unplug(s[1]);
        } else if (kind < 81) {
            expire(s[1]);
        } else if (kind < 85) {
            map(s[1], s[2], s[3]);
        } else if (kind < 91) {
            complete(s[1], s[2]);
        } else if (kind < 95) {
            temper(s[1], s[2], s[3]);
        } else if (kind < 96) {
            bundleGone(s[1]);
        } else if (kind < 97) {
            reset();
        } else if (kind < 98) {
            test.machine.pause();
            test.machine.resume();
        } else {
            test.vm.upcall(s[1] % VCPUS); // for nothing: whatever its slot holds was taken long ago
        }
        settle();
        compare();
    }

    private void access(int a, int b, int c, int d) {
        int vcpu = a % VCPUS;
        if (pending[vcpu] != null) {
            return;
        }
        int[] sizes = {1, 2, 4, 8, 1, 2, 4, 3, 0, 1, 4, 2, 8, 1, 4, 16};
        int size = sizes[b % sizes.length];
        int width = size == 1 || size == 2 || size == 4 || size == 8 ? size : 0;
        boolean write = (b / 16) % 2 == 1;
        long value = d * 0x9E37_79B9L;
        Model.Claim target = c / 8 % 3 == 0 ? null : target(c / 24, d);
        if (target != null) {
            pending[vcpu] = at(target, vcpu, d, size, width, write, value);
            return;
        }
        Model.Request request;
        switch (c % 8) {
            case 0, 1 -> request = port(vcpu, 0xFC + d % 0x30, size, width, write, value);
            case 2 ->
                    request =
                            port(
                                    vcpu,
                                    0xCF8 + (d % 3) * (d / 3 % 4),
                                    size,
                                    width,
                                    write,
                                    0x8000_0000L | (d % 8) << 11 | (d % 5) << 2);
            case 3, 4 -> request = memory(vcpu, address(d), size, width, write, value);
            case 5, 6 -> {
                int register = d % 3 == 0 ? BAR : d % 64;
                int device = d / 64 % (DEVICES + 1);
                request = pci(vcpu, device, register, size, width, write, value);
            }
            default -> {
                request = new Model.Request(vcpu, 9, d, width, write, value);
                send(request);
                test.vm.send(vcpu, 9, direction(write), d, size, value);
            }
        }
        pending[vcpu] = request;
    }

    /** A claim that is there, of a device whose requests are held if there is one: most happens there. */
    private Model.Claim target(int a, int b) {
        List<Model.Claim> claims = new ArrayList<>();
        List<Model.Claim> held = new ArrayList<>();
        for (String name : model.devices()) {
            Model.Device device = model.current(name);
            if (device != null) {
                claims.addAll(device.claims);
                if (model.state(name) == Model.State.HOLDING) {
                    held.addAll(device.claims);
                }
            }
        }
        List<Model.Claim> some = held.isEmpty() || a % 4 == 0 ? claims : held;
        return some.isEmpty() ? null : some.get(b % some.size());
    }

    private Model.Request at(
            Model.Claim claim, int vcpu, int d, int size, int width, boolean write, long value) {
        if (claim.type == IoRequestSlot.PCICFG) {
            return pci(
                    vcpu, (int) claim.first >> 3, d % 2 == 0 ? BAR : 4, size, width, write, value);
        }
        long offset = d % 3 == 0 ? claim.length - 1 - d % 4 : d % 4;
        return claim.type == IoRequestSlot.PORTIO
                ? port(vcpu, (int) (claim.first + offset), size, width, write, value)
                : memory(vcpu, claim.first + offset, size, width, write, value);
    }

    private Model.Request pci(
            int vcpu, int device, int register, int size, int width, boolean write, long value) {
        boolean decodable = width > 0 && width <= 4 && (register & 3) + width <= 4;
        Model.Request request =
                new Model.Request(
                        vcpu,
                        IoRequestSlot.PCICFG,
                        decodable ? (long) (device << 3) << 32 | register : register,
                        decodable ? width : 0,
                        write,
                        value & 0xFFFF_FFFFL);
        send(request);
        test.vm.sendPci(vcpu, direction(write), 0, device, 0, register, size, (int) value);
        return request;
    }

    private static int direction(boolean write) {
        return write ? IoRequestSlot.WRITE : IoRequestSlot.READ;
    }

    private static long address(int d) {
        long base = PLACES[d % PLACES.length];
        return base == 0 ? 0xE000_0000L + d * 64L : base + d / PLACES.length % 0x1010;
    }

    private void send(Model.Request request) {
        model.send(request);
    }

    private Model.Request port(int vcpu, int port, int size, int width, boolean write, long value) {
        Model.Request request =
                new Model.Request(
                        vcpu, IoRequestSlot.PORTIO, port, width, write, value & 0xFFFF_FFFFL);
        send(request);
        test.vm.send(vcpu, IoRequestSlot.PORTIO, direction(write), port, size, value);
        return request;
    }

    private Model.Request memory(
            int vcpu, long address, int size, int width, boolean write, long value) {
        Model.Request request =
                new Model.Request(vcpu, IoRequestSlot.MMIO, address, width, write, value);
        send(request);
        test.vm.send(vcpu, IoRequestSlot.MMIO, direction(write), address, size, value);
        return request;
    }

    private void plug(int a, int b, int c, int d) {
        int number = a % DEVICES;
        String name = "d" + number;
        int trouble = c % 16;
        Model.Device twin =
                new Model.Device(
                        name,
                        d % 3 == 0 ? "shared" : name,
                        plugs.size() + 1,
                        claims(number, b % 6),
                        trouble == 0,
                        trouble == 1 && budget(name, 0),
                        trouble == 2 && budget(name, 1),
                        trouble == 3);
        Plugged device = new Plugged(twin, number << 3);
        device.plug =
                new Plug(device, name, twin.client, "test", "1." + plugs.size(), plugs.size());
        plugs.add(device);
        real.put(twin, device);
        model.plug(twin);
        test.machine.plug(device.plug);
    }

    /** What a device of that number wants in one of its variants; others want some of it too. */
    private static List<Model.Claim> claims(int number, int variant) {
        List<Model.Claim> claims = new ArrayList<>();
        int ports = 0x100 + 4 * ((number * 5 + variant * 3) % 10);
        claims.add(new Model.Claim(IoRequestSlot.PORTIO, ports, 4 + variant % 5, false));
        claims.add(new Model.Claim(IoRequestSlot.PCICFG, number << 3, 1, false));
        switch (variant) {
            case 0, 1 -> claims.add(new Model.Claim(IoRequestSlot.MMIO, 0, 0x1000, true));
            case 2 ->
                    claims.add(
                            new Model.Claim(
                                    IoRequestSlot.MMIO,
                                    0xF000_0000L + number * 0x800L,
                                    0x900,
                                    false));
            case 3 -> // more pages than are hashed
                    claims.add(
                            new Model.Claim(
                                    IoRequestSlot.MMIO,
                                    0xE000_0000L + number * 0x8_0000L,
                                    0x8_0000,
                                    false));
            case 4 -> // to the very end
                    claims.add(new Model.Claim(IoRequestSlot.MMIO, -0x1000L, 0x1000, false));
            default -> claims.add(new Model.Claim(IoRequestSlot.PORTIO, 0xCF9, 2, false));
        }
        return claims;
    }

    private boolean budget(String name, int more) {
        int used = faults.merge(name, more + 1, Integer::sum);
        return used < FAULTS;
    }

    private void unplug(int a) {
        if (!plugs.isEmpty()) {
            Plugged leaving = recent(a);
            model.unplug(leaving.twin);
            test.machine.unplug(leaving.plug);
        }
    }

    /** One of the last few: an old one is gone already. */
    private Plugged recent(int a) {
        int back = a % Math.min(plugs.size(), 2 * DEVICES);
        return plugs.get(plugs.size() - 1 - back);
    }

    private void expire(int a) {
        if (model.deadlines() > 0) {
            int index = a % model.deadlines();
            model.expire(index);
            hands.expire(index);
        }
    }

    private void map(int a, int b, int c) {
        String device = "d" + a % DEVICES;
        if (model.has(device)) {
            String client = CLIENTS[b % CLIENTS.length];
            ClientMode mode = c % 8 == 0 ? ClientMode.DEDICATED : ClientMode.INLINE;
            threads |= mode == ClientMode.DEDICATED;
            model.map(device, client);
            test.machine.map(device, client, mode);
        }
    }

    private void complete(int a, int b) {
        if (!tokens.isEmpty()) {
            int index = tokens.size() - 1 - a % Math.min(tokens.size(), 6);
            boolean answered = model.complete(model.deferrals.get(index), b);
            check(answered, tokens.get(index).complete(b), "completed");
        }
    }

    /** The device is to throw a few times, or to answer later from now on. */
    private void temper(int a, int b, int c) {
        Model.Device device = model.current("d" + a % DEVICES);
        if (device != null) {
            int times = c % 4;
            if (b % 3 == 0) {
                device.deferring = !device.deferring;
            } else if (budget(device.name, 2 * times)) {
                device.throwing = times;
            }
            real.get(device).deferring = device.deferring;
            real.get(device).throwing = device.throwing;
        }
    }

    private void bundleGone(int a) {
        if (!plugs.isEmpty()) {
            Plugged gone = recent(a);
            model.bundleGone(gone.twin);
            test.machine.bundleGone(gone.plug.bundleId());
        }
    }

    private void reset() {
        for (Model.Deferral deferral : model.deferrals) {
            deferral.request().open = false;
        }
        for (int vcpu = 0; vcpu < VCPUS; vcpu++) {
            pending[vcpu] = null; // forgotten, not answered
        }
        model.reset();
        test.machine.reset();
    }

    /** Lets workers and clients' own threads do what there is to do. */
    private void settle() {
        hands.run();
        if (threads) {
            Await.until(
                    "all clients are idle",
                    () -> {
                        hands.run();
                        return test.machine.clients().stream().allMatch(c -> c.waiting() == 0)
                                && hands.idle();
                    });
        }
    }

    private void compare() {
        for (int vcpu = 0; vcpu < VCPUS; vcpu++) {
            Model.Request request = pending[vcpu];
            if (request != null && !request.open) {
                check(IoRequestSlot.COMPLETE, test.vm.slots[vcpu].state(), "slot " + vcpu);
                long answer = test.vm.answer(vcpu);
                boolean eight = test.vm.slots[vcpu].type() == IoRequestSlot.MMIO;
                if (!request.write) {
                    long expected = eight ? request.answer : request.answer & 0xFFFF_FFFFL;
                    check(expected, answer, "answer to vcpu " + vcpu);
                }
                completions[vcpu]++;
                pending[vcpu] = null;
            } else {
                int state = request == null ? IoRequestSlot.FREE : IoRequestSlot.PROCESSING;
                check(state, test.vm.slots[vcpu].state(), "slot " + vcpu);
            }
            check(completions[vcpu], (long) test.vm.completions.get(vcpu), "told of " + vcpu);
        }
        check(
                model.devices(),
                test.machine.devices().stream().map(DeviceRow::name).toList(),
                "devices");
        for (DeviceRow row : test.machine.devices()) {
            check(model.state(row.name()).toString(), row.state().toString(), row.toString());
            check(model.client(row.name()), row.client(), row.toString());
            check(model.faults(row.name()), row.faults(), row.toString());
            check(model.swaps(row.name()), row.swaps(), row.toString());
        }
    }

    /** Everything is answered, one way or the other, and all counters add up. */
    void finish() {
        for (int i = 0; i < tokens.size(); i++) {
            check(
                    model.complete(model.deferrals.get(i), i),
                    tokens.get(i).complete(i),
                    "completed");
        }
        while (model.deadlines() > 0) {
            expire(0);
            settle();
        }
        compare();
        for (int vcpu = 0; vcpu < VCPUS; vcpu++) {
            check(null, pending[vcpu], "lost, vcpu " + vcpu);
        }
        check(model.sent, test.machine.row().requests(), "requests taken");
        var stats = test.machine.stats().get(0);
        check(model.defaultReads, stats.reads(), "default client's reads");
        check(model.defaultWrites, stats.writes(), "default client's writes");
        check(
                model.unclaimed,
                test.machine.unclaimed().stream().mapToLong(r -> r.reads() + r.writes()).sum(),
                "unclaimed");
        check(
                model.straddling,
                test.machine.unclaimed().stream()
                        .filter(r -> r.type().equals("straddling"))
                        .mapToLong(r -> r.reads() + r.writes())
                        .sum(),
                "straddling");
        for (Plugged plugged : plugs) {
            check(plugged.twin.calls, plugged.calls, "calls of " + plugged.plug);
        }
        claims();
    }

    private void claims() {
        List<String> expected = new ArrayList<>();
        for (String name : model.devices()) {
            Model.Device device = model.current(name);
            if (device != null) {
                for (Model.Claim c : device.claims) {
                    expected.add(
                            text(name, c.type, c.mapped ? c.first : 0, c.mapped ? c.length : 0)
                                    + " "
                                    + c.reads
                                    + " "
                                    + c.writes
                                    + " "
                                    + c.faults);
                }
            }
        }
        List<String> found = new ArrayList<>();
        for (RangeRow row : test.machine.ranges()) {
            int type = List.of("port", "memory", "pci").indexOf(row.type());
            found.add(
                    text(row.device(), type, row.length() == 0 ? 0 : row.first(), row.length())
                            + " "
                            + row.reads()
                            + " "
                            + row.writes()
                            + " "
                            + row.faults());
        }
        expected.sort(null);
        found.sort(null);
        check(expected, found, "claims");
    }

    private static String text(String device, int type, long first, long length) {
        return device + " " + type + " " + Long.toHexString(first) + "+" + length;
    }

    private static void check(Object expected, Object found, String what) {
        if (expected == null ? found != null : !expected.equals(found)) {
            throw new AssertionError(what + ": expected " + expected + ", found " + found);
        }
    }

    @Override
    public void close() {
        test.close();
    }
}
