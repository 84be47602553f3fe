package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.trapline.device.Board;
import io.trapline.device.Device;
import io.trapline.device.DeviceState;
import io.trapline.device.InterruptLine;
import io.trapline.device.PciEndpoint;
import io.trapline.device.PciIdentity;
import io.trapline.device.PciVectors;
import io.trapline.device.Region;
import io.trapline.machine.DeviceRow.State;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;

/** A machine with a card on its PCI bus, and a guest that programs it. */
abstract class CardOnTheBus {
    static final PciIdentity DISK = new PciIdentity(0x1AF4, 0x1042, 1, 0x010000, 0x1AF4, 0x1100);
    static final int COMMAND = 0x04;
    static final int STATUS = 0x06;
    static final int BAR_0 = 0x10;
    static final int IO = 1;
    static final int MEMORY = 2;
    static final int MASTER = 4;
    static final int INTX_DISABLE = 1 << 10;

    TestMachine test;
    Plug first;

    /** A function with registers that remember what was written, and where. */
    static final class Card implements Device, Region {
        private final Consumer<Card> layout;
        final List<String> log = new ArrayList<>();
        PciEndpoint pci;
        PciVectors vectors;
        InterruptLine pin;

        Card(Consumer<Card> layout) {
            this.layout = layout;
        }

        @Override
        public void install(Board board) {
            pci = board.endpoint(DISK);
            layout.accept(this);
        }

        @Override
        public void reset() {
            if (pin != null) {
                pin.lower();
            }
        }

        @Override
        public DeviceState save() {
            return DeviceState.NONE;
        }

        @Override
        public long read(long offset, int width) {
            return 0xC0DE_0000L | offset;
        }

        @Override
        public void write(long offset, int width, long value) {
            log.add(offset + "+" + width + "=" + value);
        }
    }

    final Card plug(boolean assignBars, Consumer<Card> layout) throws Exception {
        test = new TestMachine(TestMachine.spec(assignBars), new ByHand());
        Card card = new Card(layout);
        first = test.plug("disk", card);
        assertEquals(State.SERVING, test.device("disk").state(), test.device("disk").detail());
        return card;
    }

    @AfterEach
    void end() {
        if (test != null) {
            test.close();
        }
    }

    final int config(int register, int width) {
        return configOf(1, register, width);
    }

    final int configOf(int device, int register, int width) {
        test.vm.out(0xCF8, 4, 0x8000_0000L | device << 11 | register & 0xFC);
        return (int) test.vm.in(0xCFC + (register & 3), width);
    }

    final void config(int register, int width, long value) {
        test.vm.out(0xCF8, 4, 0x8000_0000L | 1 << 11 | register & 0xFC);
        test.vm.out(0xCFC + (register & 3), width, value);
    }

    /** Where {@link #msix} puts the table. */
    static final long TABLE = 0xE000_0000L;

    final Card msix(int vectors) throws Exception {
        Card card =
                plug(
                        false,
                        c -> {
                            c.vectors = c.pci.msix(1, vectors);
                            c.pin = c.pci.pin();
                        });
        config(BAR_0 + 4, 4, TABLE);
        config(COMMAND, 2, MEMORY | MASTER);
        return card;
    }

    final void entry(int vector, long address, int data, int control) {
        long at = TABLE + 16L * vector;
        test.vm.store(at, 8, address);
        test.vm.store(at + 8, 4, data);
        test.vm.store(at + 12, 4, control);
    }
}
