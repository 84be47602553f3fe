package io.trapline.ioreq.pci;

import io.trapline.device.Board;
import io.trapline.device.Claim;
import io.trapline.device.GuestMemory;
import io.trapline.device.Inspector;
import io.trapline.device.InterruptLine;
import io.trapline.device.PciAddress;
import io.trapline.device.PciBar;
import io.trapline.device.PciEndpoint;
import io.trapline.device.PciFunction;
import io.trapline.device.PciIdentity;
import io.trapline.device.PciVectors;
import io.trapline.device.Region;
import io.trapline.ioreq.pci.Header.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/** PCI Local Bus 3.0, section 6.1: a function with a type 00h header, kept for its device. */
public final class Endpoint implements PciEndpoint, PciFunction {
    private final Board board;
    private final PciAddress address;
    private final int gsi;
    private final BarWindows windows;
    private final BooleanSupplier company;
    private final Registers registers = new Registers();
    private final List<BaseAddress> bars = new ArrayList<>();
    private final Capabilities capabilities;
    private Pin pin; // null: none
    private Msix msix; // null: none
    private Msi msi; // null: none
    private Runnable mastery = () -> {}; // told when Command bit 2 changes
    private volatile boolean waits;

    /** A function that is the only one of its device. */
    public Endpoint(
            Board board, PciIdentity identity, PciAddress address, int gsi, BarWindows windows) {
        this(board, identity, address, gsi, windows, () -> false);
    }

    /**
     * A function with nothing but its identity; it is not on the bus yet.
     *
     * @param board what its device has of the machine
     * @param identity what it says it is
     * @param address its place
     * @param gsi where its pin ends
     * @param windows where its base address registers are at power-on
     * @param company whether there are other functions with its device number
     */
    public Endpoint(
            Board board,
            PciIdentity identity,
            PciAddress address,
            int gsi,
            BarWindows windows,
            BooleanSupplier company) {
        this.board = board;
        this.address = address;
        this.gsi = gsi;
        this.windows = windows;
        this.company = company;
        capabilities = new Capabilities(registers, address);
        registers.define(Header.VENDOR_ID, 2, identity.vendor(), 0);
        registers.define(Header.DEVICE_ID, 2, identity.device(), 0);
        registers.define(Header.COMMAND, 2, 0, Command.WRITABLE);
        registers.define(Header.REVISION_ID, 1, identity.revision(), 0);
        registers.define(Header.CLASS_CODE, 3, identity.classCode(), 0);
        registers.define(Header.CACHE_LINE_SIZE, 1, 0, 0xFF);
        registers.define(Header.SUBSYSTEM_VENDOR, 2, identity.subsystemVendor(), 0);
        registers.define(Header.SUBSYSTEM_ID, 2, identity.subsystem(), 0);
    }

    // ---- The device lays it out

    @Override
    public PciAddress address() {
        return address;
    }

    @Override
    public Claim bar(int index, PciBar kind, long length, Region region) {
        refuseUnlessFree(index, kind, length);
        Claim claim =
                kind == PciBar.IO
                        ? board.portsUnmapped((int) length, region)
                        : board.memoryUnmapped(length, region);
        bars.add(new BaseAddress(registers, index, kind, length, claim));
        return claim;
    }

    private void refuseUnlessFree(int index, PciBar kind, long length) {
        BaseAddress.check(index, kind, length);
        int last = index + (BaseAddress.wide(kind) ? 1 : 0);
        for (BaseAddress other : bars) {
            if (other.covers(Header.BARS + 4 * index) || other.covers(Header.BARS + 4 * last)) {
                throw new IllegalArgumentException(
                        "PCI function "
                                + address
                                + ": base address register "
                                + index
                                + " is taken");
            }
        }
    }

    @Override
    public int capability(int id, byte[] contents) {
        return capabilities.add(id, contents);
    }

    @Override
    public int capability(int id, int length, Region region) {
        return capabilities.add(id, length, region);
    }

    @Override
    public InterruptLine pin() {
        if (pin == null) {
            pin = new Pin(registers, board.interrupt(gsi));
        }
        return pin;
    }

    @Override
    public PciVectors msix(int index, int count) {
        refuseUnless(msix == null && count >= 1 && count <= Msix.MOST, "MSI-X", count, Msix.MOST);
        refuseUnlessFree(index, PciBar.MEMORY_32, Msix.length(count)); // all or nothing
        int capability = capabilities.add(Msix.ID, Msix.LENGTH);
        msix = new Msix(registers, capability, index, count, this::send);
        bar(index, PciBar.MEMORY_32, Msix.length(count), msix);
        return msix;
    }

    @Override
    public PciVectors msi(int count) {
        refuseUnless(
                msi == null && Integer.bitCount(count) == 1 && count >= 1 && count <= Msi.MOST,
                "MSI",
                count,
                Msi.MOST);
        msi = new Msi(registers, capabilities.add(Msi.ID, Msi.LENGTH), count, this::send);
        return msi;
    }

    private void refuseUnless(boolean possible, String what, int count, int most) {
        if (!possible) {
            throw new IllegalArgumentException(
                    "PCI function "
                            + address
                            + ": "
                            + what
                            + " with "
                            + count
                            + " vectors, wanted once, and 1 to "
                            + most
                            + (what.equals("MSI") ? ", a power of two" : ""));
        }
    }

    /** Section 6.8: a write of a doubleword, wherever that goes: to RAM too, if the guest says so. */
    private void send(long to, int data) {
        if (!busMaster()) {
            return;
        }
        GuestMemory memory = board.memory();
        if (memory.contains(to, 4)) {
            memory.store(to, 4, data);
        } else {
            board.message(to, data);
        }
    }

    @Override
    public boolean busMaster() {
        return (command() & Command.BUS_MASTER) != 0;
    }

    @Override
    public void onBusMaster(Runnable changed) {
        mastery = Objects.requireNonNull(changed);
    }

    private int command() {
        return registers.read(Header.COMMAND, 2);
    }

    // ---- The guest's accesses

    @Override
    public int readConfiguration(int register, int width) {
        if (register + width > Registers.LENGTH) {
            return (int) Region.OPEN_BUS; // no extended space
        }
        int value = capabilities.read(register, width);
        int within = Header.HEADER_TYPE - register;
        boolean shared = within >= 0 && within < width && company.getAsBoolean();
        return shared ? value | Header.MULTI_FUNCTION << 8 * within : value;
    }

    @Override
    public void writeConfiguration(int register, int width, int value) {
        if (register + width > Registers.LENGTH || capabilities.write(register, width, value)) {
            return;
        }
        boolean master = busMaster();
        registers.write(register, width, value);
        if (register < Header.END) {
            decode();
            if (busMaster() != master) {
                mastery.run();
            }
        } else {
            interruptsChanged();
        }
    }

    /** First all that go, and then those that come: two may change places. */
    private void decode() {
        int command = command();
        for (BaseAddress bar : bars) {
            bar.leave(command);
        }
        settle();
        interruptsChanged();
    }

    /** Goes where the guest wants it, as far as those places are free. */
    public void settle() {
        waits = true; // said first: a place may become free just after it was found taken
        int command = command();
        boolean settled = true;
        for (BaseAddress bar : bars) {
            settled &= bar.settle(command);
        }
        waits = !settled;
    }

    /** Whether it wants to be where somebody else is; then {@link #settle} is worth a try. From any thread. */
    public boolean waits() {
        return waits;
    }

    /** Sections 6.8.1.3 and 6.8.2.3: with messages enabled the pin is not used. */
    private void interruptsChanged() {
        if (pin != null) {
            boolean messages = msix != null && msix.enabled() || msi != null && msi.enabled();
            pin.hold(messages || (command() & Command.INTX_DISABLE) != 0);
        }
        if (msix != null) {
            msix.controlWritten();
        }
        if (msi != null) {
            msi.written();
        }
    }

    // ---- Life

    /** The layout is complete: goes to power-on values. */
    public void reset() {
        int enabled = 0;
        for (BaseAddress bar : bars) {
            long place = windows.place(this, bar.index(), bar.kind(), bar.length());
            bar.powerOn(place);
            if (place != BaseAddress.NOWHERE) {
                enabled |= bar.kind() == PciBar.IO ? Command.IO : Command.MEMORY;
            }
        }
        registers.define(Header.COMMAND, 2, enabled, Command.WRITABLE);
        registers.reset();
        if (msix != null) {
            msix.reset();
        }
        if (pin != null) {
            pin.set(false);
        }
        decode();
    }

    /**
     * Goes on as the guest has programmed a predecessor.
     *
     * @throws IllegalArgumentException if that was laid out otherwise: the guest's driver knows nothing else
     */
    public void adopt(Endpoint old) {
        String difference = Likeness.difference(registers, bars, old.registers, old.bars);
        if (!difference.isEmpty()) {
            throw new IllegalArgumentException(
                    "PCI function "
                            + address
                            + " is not the one that the guest knows: "
                            + difference
                            + "; eject that first");
        }
        reset();
        registers.copy(old.registers);
        if (msix != null) {
            msix.copy(old.msix);
        }
        if (pin != null) {
            pin.set(false); // until its device drives it again
        }
        decode();
    }

    /** A line for an administrator. From any thread. */
    public Summary summary() {
        return Summary.of(registers, bars, interrupt());
    }

    private String interrupt() {
        if (msix != null && msix.enabled()) {
            return "MSI-X";
        } else if (msi != null && msi.enabled()) {
            return "MSI";
        }
        return pin == null ? "" : "line " + pin.gsi();
    }

    /** Shows the header, and where the registers decode. */
    public void inspect(Inspector out) {
        out.register("Vendor ID", registers.read(Header.VENDOR_ID, 2), 2);
        out.register("Device ID", registers.read(Header.DEVICE_ID, 2), 2);
        out.register("Command", command(), 2);
        out.register("Status", registers.read(Header.STATUS, 2), 2);
        for (int i = 0; i < Header.BAR_COUNT; i++) {
            out.register("BAR " + i, registers.read(Header.BARS + 4 * i, 4), 4);
        }
        out.flag("bus master", busMaster());
        if (pin != null) {
            out.number("interrupt line", pin.gsi());
            out.flag("interrupt pin", pin.raised());
        }
        if (msix != null) {
            out.flag("MSI-X enabled", msix.enabled());
        }
        if (msi != null) {
            out.flag("MSI enabled", msi.enabled());
        }
    }
}
