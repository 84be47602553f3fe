package io.trapline.oracle;

import io.trapline.oracle.DiskAction.Mask;
import io.trapline.oracle.DiskAction.Messages;
import io.trapline.oracle.DiskAction.MoveBars;
import io.trapline.oracle.DiskAction.ReadHeader;
import io.trapline.oracle.DiskAction.ReadVectors;
import io.trapline.oracle.DiskAction.ReadWindow;
import io.trapline.oracle.DiskAction.Route;
import io.trapline.oracle.DiskAction.SetMessage;
import io.trapline.oracle.DiskAction.WriteHeader;
import java.util.Locale;
import java.util.Random;
import java.util.function.Consumer;

/** What a driver does with its disk's PCI function: header, places, vectors. */
final class DiskFunction {
    private final PciDisk pci;
    private final DiskVectors vectors;
    private final Watch watch;
    private final Consumer<Exclusion> excused;
    private int place;
    private boolean firmware; // has set the header up

    /** What it needs of the driver. */
    interface Watch {
        /** Waits for what is in flight. */
        void settled();

        void see(String what);

        /** Sees the device's status, and its line. */
        void state();

        /** Of bytes of the configuration, those that can be compared. */
        long visible(int offset, int width, long value);

        /** Reads why there was an interrupt. */
        void takeInterrupt();
    }

    DiskFunction(PciDisk pci, DiskVectors vectors, Watch watch, Consumer<Exclusion> excused) {
        this.pci = pci;
        this.vectors = vectors;
        this.watch = watch;
        this.excused = excused;
    }

    /** Where the registers are is forgotten, and the header is as firmware leaves it. */
    void prologue() {
        firmware = true;
        place = 0;
    }

    /** What a driver finds that looks at the function for the first time. */
    void discover() {
        watch.see(pci.discover());
        for (int register = 0; register < 0x40; register += 4) {
            seeHeader(register, 4);
        }
    }

    /** Does one thing, with a device that is live or not. */
    void play(DiskAction action, boolean live) {
        if (action instanceof SetMessage a) {
            vectors.set(a);
            return;
        }
        watch.settled();
        if (action instanceof Mask a) {
            vectors.mask(a, watch::see);
        } else if (action instanceof Messages a && live) {
            switchMessages(a);
        } else if (action instanceof ReadVectors) {
            vectors.read(watch::see);
        } else if (action instanceof Route a && live) {
            vectors.route(a, watch::see);
        } else if (action instanceof ReadHeader a) {
            seeHeader(a.offset(), a.width());
        } else if (action instanceof WriteHeader a) {
            writeHeader(a);
        } else if (action instanceof MoveBars a) {
            place = a.place();
            pci.place(place);
            watch.state();
        } else if (action instanceof ReadWindow a) {
            int offset = a.offset() & -a.width();
            long value = pci.window(4, offset, a.width());
            watch.see(
                    "window "
                            + offset
                            + " 0x"
                            + Long.toHexString(watch.visible(offset, a.width(), value)));
        }
    }

    /** Switched off, QEMU's line stays low though the ISR is not 0, until the next interrupt. */
    private void switchMessages(Messages a) {
        if (!a.on()) {
            excused.accept(Exclusion.DISK_LINE_AFTER_MESSAGES);
            watch.takeInterrupt();
        }
        vectors.turn(a.on(), new Random(a.seed()), watch::see);
        watch.state();
    }

    private void seeHeader(int register, int width) {
        long value = pci.header(register, width);
        long mask = -1;
        for (int i = 0; i < width; i++) {
            if (DiskFeatures.hidden(register + i, firmware)) {
                mask &= ~(0xFFL << 8 * i);
            } else if (register + i == 6 && vectors.on()) {
                mask &= ~(8L << 8 * i);
                excused.accept(Exclusion.DISK_STATUS_WITH_MESSAGES);
            }
        }
        seeHeader(register, value & mask);
    }

    private void seeHeader(int register, long value) {
        watch.see(String.format(Locale.ROOT, "header %x 0x%s", register, Long.toHexString(value)));
    }

    private void writeHeader(WriteHeader a) {
        boolean bar = a.offset() >= 0x10 && a.offset() < 0x28;
        if (a.offset() == 4) {
            pci.header(4, 2, a.value() & 0x540 | 6); // a driver at work keeps memory and bus master
        } else {
            pci.header(a.offset(), a.width(), bar ? -1 : a.value());
        }
        seeHeader(a.offset(), pci.header(a.offset(), a.width()));
        if (bar) {
            pci.place(place);
        }
        watch.state();
    }
}
