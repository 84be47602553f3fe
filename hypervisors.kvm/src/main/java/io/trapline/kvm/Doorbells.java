package io.trapline.kvm;

import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.hypervisor.Registration;
import io.trapline.kvm.Kvm.kvm_ioeventfd;
import io.trapline.linux.Block;
import io.trapline.linux.Descriptor;
import io.trapline.linux.Eventfds;
import io.trapline.linux.Eventfds.Eventfd;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The doorbells of a machine: an eventfd each, which KVM signals without leaving the guest, and a thread each, so that
 * one that is inside a device, or watches for more, keeps no other waiting. A thread outlives its doorbell and takes
 * the next: a guest that moves a device about makes no more of them.
 */
final class Doorbells implements AutoCloseable {
    private final Descriptor file;
    private final String name;
    private final List<Teller> tellers = new ArrayList<>();
    private final Deque<Teller> idle = new ArrayDeque<>();
    private boolean closed;

    Doorbells(Descriptor file, String name) {
        this.file = file;
        this.name = name;
    }

    /** A thread, for one doorbell at a time. */
    private final class Teller {
        final Eventfds eventfds;
        private boolean telling; // guarded by the doorbells, as is the other
        private boolean left;

        Teller(int number) {
            eventfds = new Eventfds(name + "-" + number);
        }

        void tell(Runnable rung) {
            synchronized (Doorbells.this) {
                telling = true;
            }
            try {
                rung.run();
            } finally {
                synchronized (Doorbells.this) {
                    telling = false;
                    if (left) {
                        idle.push(this);
                    }
                }
            }
        }

        /** Its doorbell is gone: it may take another once it is not inside a device. */
        void leave() {
            synchronized (Doorbells.this) {
                left = true;
                if (!telling) {
                    idle.push(this);
                }
            }
        }
    }

    private synchronized Teller teller() {
        if (closed) {
            return null;
        }
        Teller teller = idle.poll();
        if (teller == null) {
            teller = new Teller(tellers.size());
            tellers.add(teller);
        }
        teller.left = false;
        return teller;
    }

    /** Sets one up; null where KVM refuses. */
    Registration add(int type, long address, int width, OptionalLong match, Runnable rung) {
        Teller teller = teller();
        if (teller == null) {
            return null;
        }
        Eventfd eventfd = teller.eventfds.add(() -> teller.tell(rung));
        if (eventfd == null) {
            teller.leave();
            return null;
        }
        int flags =
                (type == IoRequestSlot.PORTIO ? Kvm.KVM_IOEVENTFD_FLAG_PIO : 0)
                        | (match.isPresent() ? Kvm.KVM_IOEVENTFD_FLAG_DATAMATCH : 0);
        Block entry = new Block(kvm_ioeventfd.SIZEOF);
        entry.bytes.putLong(kvm_ioeventfd.datamatch, match.orElse(0));
        entry.bytes.putLong(kvm_ioeventfd.addr, address);
        entry.bytes.putInt(kvm_ioeventfd.len, width);
        entry.bytes.putInt(kvm_ioeventfd.fd, eventfd.fd());
        entry.bytes.putInt(kvm_ioeventfd.flags, flags);
        if (file.ioctl(Kvm.KVM_IOEVENTFD, entry) < 0) {
            eventfd.close();
            teller.leave();
            return null;
        }
        AtomicBoolean there = new AtomicBoolean(true);
        return () -> {
            if (there.getAndSet(false)) {
                entry.bytes.putInt(kvm_ioeventfd.flags, flags | Kvm.KVM_IOEVENTFD_FLAG_DEASSIGN);
                file.ioctl(Kvm.KVM_IOEVENTFD, entry);
                eventfd.close();
                teller.leave();
            }
        };
    }

    /** Takes all of them back and ends the threads. */
    @Override
    public void close() {
        List<Teller> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(tellers);
        }
        all.forEach(teller -> teller.eventfds.close());
    }
}
