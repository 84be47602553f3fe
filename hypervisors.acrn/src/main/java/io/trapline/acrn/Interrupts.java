package io.trapline.acrn;

import com.sun.jna.Native;
import io.trapline.acrn.Hsm.acrn_msi_entry;
import io.trapline.hypervisor.MessageSource;
import io.trapline.linux.Block;
import io.trapline.linux.Descriptor;

/** The interrupts of a machine: lines and messages, each one ioctl. From any thread. */
final class Interrupts implements AutoCloseable {
    /** Pins of the User VM's I/O APIC; the hypervisor refuses a GSI beyond them. */
    static final int LINES = 48;

    private static final long HIGH = 0;
    private static final long LOW = 1;

    /** Where a local APIC listens: 0xFEExxxxx. */
    private static final long MESSAGE_SPACE = 0xFEE;

    private final HsmFile hsm;
    private final Descriptor file;
    private final Complaints complaints;
    private final MessageFds fds;
    private final ThreadLocal<Block> messages =
            ThreadLocal.withInitial(() -> new Block(acrn_msi_entry.SIZEOF));

    Interrupts(HsmFile hsm, Complaints complaints) {
        this.hsm = hsm;
        this.file = hsm.shared();
        this.complaints = complaints;
        this.fds = new MessageFds(file);
    }

    void line(int gsi, boolean high) {
        if (gsi < 0 || gsi >= LINES) {
            throw new IllegalArgumentException("gsi=" + gsi + ", wanted 0 to " + (LINES - 1));
        }
        long operation = high ? HIGH : LOW;
        if (file.ioctl(Hsm.ACRN_IOCTL_SET_IRQLINE, operation << 32 | gsi) < 0) {
            complain(Ioctl.SET_IRQLINE, "GSI " + gsi + (high ? " high" : " low"));
        }
    }

    /** Whether the hypervisor took it. */
    boolean message(long address, int data) {
        if (address >>> 20 != MESSAGE_SPACE) {
            return false;
        }
        Block entry = messages.get();
        entry.bytes.putLong(acrn_msi_entry.msi_addr, address);
        entry.bytes.putLong(acrn_msi_entry.msi_data, Integer.toUnsignedLong(data));
        if (file.ioctl(Hsm.ACRN_IOCTL_INJECT_MSI, entry) < 0) {
            complain(Ioctl.INJECT_MSI, "address 0x%x, data 0x%x".formatted(address, data));
            return false;
        }
        return true;
    }

    /** A message by eventfd; null where the driver or the hypervisor would refuse it. */
    MessageSource source(long address, int data) {
        return address >>> 20 == MESSAGE_SPACE ? fds.add(address, data) : null;
    }

    /** Takes every {@link #source} back. */
    @Override
    public void close() {
        fds.close();
    }

    private void complain(Ioctl ioctl, String arguments) {
        int errno = Native.getLastError();
        if (!file.closed()) {
            complaints.add(ioctl, hsm.refused(ioctl, arguments, errno).getMessage());
        }
    }
}
