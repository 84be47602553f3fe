package io.trapline.virtioblk;

import io.trapline.device.Device;
import io.trapline.fuzz.Input;
import io.trapline.fuzz.World;
import io.trapline.tck.TestBoard;
import io.trapline.tck.TestMemory;
import io.trapline.virtio.Placement;
import io.trapline.virtio.VirtioPlug;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A machine with a virtio disk of 64 sectors, and a driver in 64 KiB of RAM. The disk is instant, so that no two runs
 * differ in what is performed at once and what by workers.
 */
final class BlockWorld implements World {
    private static final int SECTORS = 64;
    private static final int GSI = 5;
    private static final int MOST_TASKS = 8192;
    private static final long ADDRESS = 0xFEB0_0000L;

    /** How it is configured, from the first byte. */
    private record Variant(boolean pci, boolean readOnly, int depth) {
        static Variant of(int code) {
            return new Variant((code & 1) != 0, (code & 12) == 12, code < 0x80 ? 128 : 1);
        }

        /** DISCARD and WRITE_ZEROES, where they are offered. */
        long features() {
            return readOnly ? 0 : 1L << 13 | 1L << 14;
        }
    }

    private static final class Plug extends VirtioPlug {
        Plug(BlockDevice device, Placement placement) {
            super(device, placement);
        }
    }

    private final Variant variant;
    private final TestBoard board;
    private final MemoryImage image;
    private final RingGuest guest;
    private final Registers registers;
    private final VirtioPlug plug;
    private final List<Object> heard; // what it read
    private final List<Object> messages; // of boards before

    private BlockWorld(
            Variant variant,
            TestMemory memory,
            MemoryImage image,
            RingGuest guest,
            List<Object> heard,
            List<Object> messages,
            long now) {
        this.variant = variant;
        this.image = image;
        this.guest = guest;
        this.heard = heard;
        this.messages = messages;
        board = new TestBoard("disk", memory);
        board.time().jump(now);
        registers = new Registers(board, variant.pci);
        try {
            Settings settings =
                    new Settings(
                            RingGuest.QUEUES,
                            RingGuest.LARGEST,
                            variant.depth,
                            variant.readOnly,
                            512,
                            512,
                            0,
                            "fuzz");
            plug =
                    new Plug(
                            new BlockDevice(settings, image, Runnable::run, () -> 0),
                            variant.pci ? Placement.pci(null) : Placement.mmio(ADDRESS, GSI));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        plug.install(board);
    }

    static BlockWorld of(Input input) {
        Variant variant = Variant.of(input.next());
        BlockWorld world =
                new BlockWorld(
                        variant,
                        new TestMemory(RingGuest.RAM),
                        new MemoryImage(SECTORS * 512, variant.readOnly, true),
                        new RingGuest(),
                        new ArrayList<>(),
                        List.of(),
                        0);
        world.board.powerOn();
        if (variant.pci) {
            world.board.configure(0, 0x10 + 4, 4, 0xE001_0000);
            world.board.configure(0, 0x10 + 16, 4, 0xE000_0000);
            world.board.configure(0, 0x04, 2, 2 | 4);
        }
        return world;
    }

    @Override
    public World another() {
        BlockWorld other =
                new BlockWorld(
                        variant,
                        board.memory().copy(),
                        image.copy(),
                        guest.copy(),
                        new ArrayList<>(heard),
                        allMessages(),
                        board.time().now());
        other.board.adopt(board);
        return other;
    }

    private List<Object> allMessages() {
        List<Object> all = new ArrayList<>(messages);
        all.addAll(board.messages());
        return all;
    }

    @Override
    public TestBoard board() {
        return board;
    }

    @Override
    public Device device() {
        return plug;
    }

    /** A driver may notify as often as it likes; afterwards nothing is available that the device has not seen. */
    @Override
    public void settle() {
        board.run();
        for (int queue = 0; queue < RingGuest.QUEUES; queue++) {
            registers.notify(queue, 0);
        }
    }

    @Override
    public void happen(int what, int detail) {
        TestMemory memory = board.memory();
        switch (Event.of(what)) {
            case BRINGS_UP -> guest.bringUp(registers, memory, detail, variant.features());
            case ASKS -> guest.request(memory, detail);
            case ASKS_AND_NOTIFIES -> {
                guest.request(memory, detail);
                registers.notify(detail & 1, 0);
            }
            case ASKS_WRONGLY -> {
                guest.request(memory, detail & 1);
                guest.garble(memory, detail);
                registers.notify(detail & 1, 0);
            }
            case ASKS_WRONG_THINGS -> {
                guest.request(memory, detail << 1 | 64);
                guest.garbleRequest(memory, detail);
                registers.notify(0, 0);
            }
            case NOTIFIES -> registers.notify(detail & 3, detail >> 2);
            case POKES_RING -> memory.store(detail * 37L % 0x2000, 1, detail * 11L);
            case POKES_FLAGS -> memory.store(16L * (detail & 0x7F) + 12, 4, detail * 0x0123_4567L);
            case MOVES_INDEX -> guest.moveIndex(memory, detail & 1, detail >> 1);
            case WISHES -> guest.wish(memory, detail & 1, detail);
            case TAKES_INTERRUPT -> heard.add(registers.takeInterrupt());
            case SETS_STATUS -> {
                registers.status(detail);
                heard.add(registers.status());
            }
            case RESETS_QUEUE -> {
                registers.select(detail & 1);
                if ((detail & 2) == 0) {
                    registers.resetQueue();
                } else {
                    registers.enable(0);
                }
                if ((detail & 4) != 0) {
                    guest.setUp(registers, memory, detail & 1);
                }
            }
            case MISPLACES_QUEUE -> {
                registers.select(detail & 1);
                registers.size(detail >> 2);
                registers.rings(detail * 0x111L, detail * 0x1_0001L, -(long) detail);
                registers.enable(1);
            }
            case CONFIGURES -> configure(detail);
            case DISK_FAILS -> image.fail(detail & 7, detail >= 0x80);
        }
    }

    /** Bus master, MSI-X, the window: all of configuration space but where the registers are. */
    private void configure(int detail) {
        if (!variant.pci) {
            return;
        }
        int register = 0x40 + (detail * 13 & 0xBF);
        switch (detail & 7) {
            case 0 -> board.configure(0, 0x04, 2, detail & 0x20 | 2 | detail >> 4 & 4);
            case 1 -> enableMessages(detail);
            case 2 -> heard.add(board.configuration(0, register & ~3, 4));
            case 3 -> heard.add(board.configuration(0, register, 1));
            default -> board.configure(0, register & ~1, 2, detail * 257);
        }
    }

    private void enableMessages(int detail) {
        for (int at = board.configuration(0, 0x34, 1);
                at != 0;
                at = board.configuration(0, at + 1, 1)) {
            if (board.configuration(0, at, 1) == 0x11) {
                board.configure(0, at + 2, 2, detail << 8);
            }
        }
        for (int vector = 0; vector < 3; vector++) {
            board.claims().get(1).write(16L * vector, 4, 0xFEE0_0000L);
            board.claims().get(1).write(16L * vector + 8, 4, vector);
            board.claims().get(1).write(16L * vector + 12, 4, detail >> 3 & 1);
        }
    }

    @Override
    public String name(int what, int detail) {
        return Event.of(what) + " " + detail;
    }

    /** What a driver does. */
    private enum Event {
        BRINGS_UP,
        ASKS,
        ASKS_AND_NOTIFIES,
        ASKS_WRONGLY,
        ASKS_WRONG_THINGS,
        NOTIFIES,
        POKES_RING,
        POKES_FLAGS,
        MOVES_INDEX,
        WISHES,
        TAKES_INTERRUPT,
        SETS_STATUS,
        RESETS_QUEUE,
        MISPLACES_QUEUE,
        CONFIGURES,
        DISK_FAILS;

        static Event of(int what) {
            Event[] all = values();
            return all[what % all.length];
        }
    }

    /** Its RAM, its disk, and what it has heard of. */
    @Override
    public Object seen() {
        if (board.memory().misses() != 0) {
            throw new AssertionError(
                    board.memory().misses() + " accesses to what is not RAM and was not checked");
        }
        return new Seen(
                board.memory().slice(0, RingGuest.RAM), image.contents(), heard, allMessages());
    }

    /** Compared by what is in it; told apart by where the first difference is. */
    private record Seen(
            ByteBuffer ram, ByteBuffer disk, List<Object> heard, List<Object> messages) {
        @Override
        public String toString() {
            return "RAM "
                    + sums(ram, 0x400)
                    + ", disk "
                    + sums(disk, 0x1000)
                    + ", heard "
                    + heard
                    + ", messages "
                    + messages;
        }

        /** A sum of each part, by its address. */
        private static Map<String, Integer> sums(ByteBuffer bytes, int part) {
            Map<String, Integer> sums = new TreeMap<>();
            for (int at = 0; at < bytes.limit(); at += part) {
                sums.put(String.format("%04x", at), bytes.slice(at, part).hashCode());
            }
            return sums;
        }
    }

    @Override
    public int told() {
        return MOST_TASKS;
    }

    @Override
    public void check(Map<String, Object> shown) {
        if (!variant.pci) {
            boolean wanted = ((Number) shown.get("InterruptStatus")).intValue() != 0;
            if (board.line(GSI).raised() != wanted) {
                throw new AssertionError("the line is not what InterruptStatus is: " + shown);
            }
        }
        int status = ((Number) shown.get("device status")).intValue();
        if ((status & 0x40) != 0 != shown.containsKey("needs reset")) {
            throw new AssertionError("a reset is needed for a reason: " + shown);
        }
    }
}
