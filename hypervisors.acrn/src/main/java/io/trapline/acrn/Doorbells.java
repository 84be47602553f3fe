package io.trapline.acrn;

import io.trapline.acrn.Hsm.acrn_ioeventfd;
import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.hypervisor.Registration;
import io.trapline.linux.Block;
import io.trapline.linux.Descriptor;
import io.trapline.linux.EventThreads;
import io.trapline.linux.EventThreads.Event;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The doorbells of a machine: an eventfd each, which the driver's own client signals, and a thread each. That client takes every
 * access to the range: reads give 0, and a write of another value than the wanted one would vanish. So a
 * doorbell with a value stays a request; and since taking back names the eventfd only, each has its own.
 */
final class Doorbells implements AutoCloseable {
    private final Descriptor file;
    private final EventThreads threads;
    private final Map<Place, Doorbell> there = new HashMap<>();
    private boolean closed;

    Doorbells(Descriptor file, String name) {
        this.file = file;
        threads = new EventThreads(name);
    }

    /** Where one is. The driver would take a second one there, and never signal it. */
    private record Place(int type, long address) {}

    /** One of them. */
    private final class Doorbell implements Registration {
        private final Place place;
        private final Event event;
        private final Block entry = new Block(acrn_ioeventfd.SIZEOF);
        private final int flags;

        Doorbell(Place place, int width, Event event) {
            this.place = place;
            this.event = event;
            flags = place.type == IoRequestSlot.PORTIO ? Hsm.ACRN_IOEVENTFD_FLAG_PIO : 0;
            entry.bytes.putInt(acrn_ioeventfd.fd, event.fd());
            entry.bytes.putLong(acrn_ioeventfd.addr, place.address);
            entry.bytes.putInt(acrn_ioeventfd.len, width);
        }

        /** Tells the driver; whether it agreed. */
        boolean configure(int more) {
            entry.bytes.putInt(acrn_ioeventfd.flags, flags | more);
            return file.ioctl(Hsm.ACRN_IOCTL_IOEVENTFD, entry) >= 0;
        }

        @Override
        public void close() {
            synchronized (Doorbells.this) {
                if (there.remove(place, this)) {
                    configure(Hsm.ACRN_IOEVENTFD_FLAG_DEASSIGN);
                    event.close();
                }
            }
        }
    }

    /** Sets one up; null where the driver cannot, or one is there already. */
    synchronized Registration add(
            int type, long address, int width, OptionalLong match, Runnable rung) {
        Place place = new Place(type, address);
        if (closed || match.isPresent() || there.containsKey(place)) {
            return null;
        }
        Event event = threads.add(rung);
        if (event == null) {
            return null;
        }
        Doorbell doorbell = new Doorbell(place, width, event);
        if (!doorbell.configure(0)) {
            event.close();
            return null;
        }
        there.put(place, doorbell);
        return doorbell;
    }

    /**
     * Takes all of them back and ends the threads; nothing the second time. Before DESTROY_VM: one that is taken
     * back while the driver takes its own list apart would be freed twice.
     */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            List.copyOf(there.values()).forEach(Doorbell::close);
        }
        threads.close();
    }
}
