package io.trapline.acrn;

import io.trapline.acrn.Hsm.acrn_ioeventfd;
import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.hypervisor.Registration;
import io.trapline.linux.Block;
import io.trapline.linux.Descriptor;
import io.trapline.linux.Eventfds;
import io.trapline.linux.Eventfds.Eventfd;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The doorbells of a machine: an eventfd each, which the driver's own client signals. That client takes every
 * access to the range: reads give 0, and a write of another value than the wanted one would vanish. So a
 * doorbell with a value stays a request; and since taking back names the eventfd only, each has its own.
 */
final class Doorbells implements AutoCloseable {
    private final Descriptor file;
    private final Eventfds eventfds;

    Doorbells(Descriptor file, String name) {
        this.file = file;
        this.eventfds = new Eventfds(name);
    }

    /** Sets one up; null where the driver cannot. */
    Registration add(int type, long address, int width, OptionalLong match, Runnable rung) {
        Eventfd eventfd = match.isPresent() ? null : eventfds.add(rung);
        if (eventfd == null) {
            return null;
        }
        int flags = type == IoRequestSlot.PORTIO ? Hsm.ACRN_IOEVENTFD_FLAG_PIO : 0;
        Block entry = new Block(acrn_ioeventfd.SIZEOF);
        entry.bytes.putInt(acrn_ioeventfd.fd, eventfd.fd());
        entry.bytes.putInt(acrn_ioeventfd.flags, flags);
        entry.bytes.putLong(acrn_ioeventfd.addr, address);
        entry.bytes.putInt(acrn_ioeventfd.len, width);
        if (file.ioctl(Hsm.ACRN_IOCTL_IOEVENTFD, entry) < 0) {
            eventfd.close();
            return null;
        }
        AtomicBoolean there = new AtomicBoolean(true);
        return () -> {
            if (there.getAndSet(false)) {
                entry.bytes.putInt(acrn_ioeventfd.flags, flags | Hsm.ACRN_IOEVENTFD_FLAG_DEASSIGN);
                file.ioctl(Hsm.ACRN_IOCTL_IOEVENTFD, entry);
                eventfd.close();
            }
        };
    }

    /** Takes all of them back and ends the thread. */
    @Override
    public void close() {
        eventfds.close();
    }
}
