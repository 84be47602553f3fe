package io.trapline.bench;

import io.trapline.device.Board;
import io.trapline.device.Device;
import io.trapline.device.Region;
import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.ioreq.BareMachine;
import io.trapline.machine.DeviceRow;
import io.trapline.uart.BareUart;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A machine with many claims and no guest, and two ways to read from them: {@link #framework} as a request, through
 * look-up and baton, and {@link #bare} with the slot and the device alone.
 */
final class DispatchRig implements AutoCloseable {
    /** Accesses until the order repeats; a power of two. */
    static final int CYCLE = 4096;

    private static final long SEED = 16550;
    private static final int LINE_STATUS = 5; // PC16550D, table II
    private static final int COM1 = 0x3F8;
    private static final int FIRST_PORT = 0x1000;
    private static final int PORTS = 8;
    private static final long FIRST_ADDRESS = 0xE000_0000L;
    private static final int PAGE = 0x1000;
    private static final int WORD = 4;

    private final SlotDriver driver = new SlotDriver();
    private final BareMachine machine;
    private final int type;
    private final int width;
    private final List<Region> regions = new ArrayList<>();
    private final List<Long> firsts = new ArrayList<>();

    // What is read, in this order
    private final Region[] answering = new Region[CYCLE];
    private final long[] addresses = new long[CYCLE];
    private final int[] offsets = new int[CYCLE];

    /**
     * Makes it.
     *
     * @param type {@link IoRequestSlot#PORTIO}, where the first claim is a UART's and its line status is read, or
     *     {@link IoRequestSlot#MMIO}
     * @param claims how many in all
     * @param order which of them are read
     */
    DispatchRig(int type, int claims, Order order) throws IOException {
        this.type = type;
        boolean ports = type == IoRequestSlot.PORTIO;
        width = ports ? 1 : WORD;
        machine = new BareMachine(driver, SlotDriver.RAM, null, 0);
        if (ports) {
            machine.plug("com1", new Overheard(BareUart.com1(new Capture())));
            firsts.add((long) COM1);
        }
        machine.plug("bystanders", new Crowd(claims - regions.size()));
        for (DeviceRow device : machine.seen().devices()) {
            if (device.state() != DeviceRow.State.SERVING) {
                throw new IllegalStateException(device.name() + ": " + device.detail());
            }
        }
        Random random = new Random(SEED);
        for (int i = 0; i < CYCLE; i++) {
            int claim = order == Order.FIRST ? 0 : random.nextInt(claims);
            answering[i] = regions.get(claim);
            offsets[i] = ports ? LINE_STATUS : 0;
            addresses[i] = firsts.get(claim) + offsets[i];
        }
        if (framework(CYCLE) != bare(CYCLE)) {
            throw new IllegalStateException("the two ways lead to different devices");
        }
    }

    /** Reads as a guest does; the sum of what was read. */
    long framework(int accesses) {
        long sum = 0;
        for (int i = 0; i < accesses; i++) {
            sum += driver.read(type, addresses[i & CYCLE - 1], width);
        }
        return sum;
    }

    /** The same slot, the same devices in the same order, and nothing between the two. */
    long bare(int accesses) {
        IoRequestSlot slot = driver.slot();
        long mask = -1L >>> Long.SIZE - Byte.SIZE * width;
        long sum = 0;
        for (int i = 0; i < accesses; i++) {
            int at = i & CYCLE - 1;
            slot.request(type, IoRequestSlot.READ, addresses[at], width, 0);
            slot.state(IoRequestSlot.PENDING);
            slot.state(IoRequestSlot.PROCESSING);
            slot.value(answering[at].read(offsets[at], width) & mask);
            slot.state(IoRequestSlot.COMPLETE);
            sum += slot.value();
            slot.state(IoRequestSlot.FREE);
        }
        return sum;
    }

    @Override
    public void close() {
        machine.close();
    }

    /** A device that is overheard when it claims: its region is noted. */
    private final class Overheard implements Device {
        private final Device device;

        Overheard(Device device) {
            this.device = device;
        }

        @Override
        public void install(Board board) {
            device.install(
                    (Board)
                            Proxy.newProxyInstance(
                                    Board.class.getClassLoader(),
                                    new Class<?>[] {Board.class},
                                    (self, method, arguments) -> {
                                        if (method.getName().equals("ports")) {
                                            regions.add((Region) arguments[2]);
                                        }
                                        try {
                                            return method.invoke(board, arguments);
                                        } catch (InvocationTargetException e) {
                                            throw e.getCause();
                                        }
                                    }));
        }

        @Override
        public void reset() {
            device.reset();
        }
    }

    /** All other claims. */
    private final class Crowd implements Device {
        private final int claims;

        Crowd(int claims) {
            this.claims = claims;
        }

        @Override
        public void install(Board board) {
            for (int i = 0; i < claims; i++) {
                Region region = Bystander.of(i);
                if (type == IoRequestSlot.PORTIO) {
                    int first = FIRST_PORT + i * PORTS;
                    board.ports(first, PORTS, region);
                    firsts.add((long) first);
                } else {
                    long first = FIRST_ADDRESS + (long) i * PAGE;
                    board.memory(first, PAGE, region);
                    firsts.add(first);
                }
                regions.add(region);
            }
        }

        @Override
        public void reset() {}
    }
}
