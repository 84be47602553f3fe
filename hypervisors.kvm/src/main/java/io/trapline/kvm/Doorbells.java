package io.trapline.kvm;

import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.hypervisor.Registration;
import io.trapline.kvm.Kvm.kvm_ioeventfd;
import io.trapline.linux.Block;
import io.trapline.linux.Descriptor;
import io.trapline.linux.EventThreads;
import io.trapline.linux.EventThreads.Event;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;

/** The doorbells of a machine: an eventfd each, which KVM signals without leaving the guest, and a thread each. */
final class Doorbells implements AutoCloseable {
    private final Descriptor file;
    private final EventThreads threads;

    Doorbells(Descriptor file, String name) {
        this.file = file;
        threads = new EventThreads(name);
    }

    /** Sets one up; null where KVM refuses. */
    Registration add(int type, long address, int width, OptionalLong match, Runnable rung) {
        Event event = threads.add(rung);
        if (event == null) {
            return null;
        }
        int flags =
                (type == IoRequestSlot.PORTIO ? Kvm.KVM_IOEVENTFD_FLAG_PIO : 0)
                        | (match.isPresent() ? Kvm.KVM_IOEVENTFD_FLAG_DATAMATCH : 0);
        Block entry = new Block(kvm_ioeventfd.SIZEOF);
        entry.bytes.putLong(kvm_ioeventfd.datamatch, match.orElse(0));
        entry.bytes.putLong(kvm_ioeventfd.addr, address);
        entry.bytes.putInt(kvm_ioeventfd.len, width);
        entry.bytes.putInt(kvm_ioeventfd.fd, event.fd());
        entry.bytes.putInt(kvm_ioeventfd.flags, flags);
        if (file.ioctl(Kvm.KVM_IOEVENTFD, entry) < 0) {
            event.close();
            return null;
        }
        AtomicBoolean there = new AtomicBoolean(true);
        return () -> {
            if (there.getAndSet(false)) {
                entry.bytes.putInt(kvm_ioeventfd.flags, flags | Kvm.KVM_IOEVENTFD_FLAG_DEASSIGN);
                file.ioctl(Kvm.KVM_IOEVENTFD, entry);
                event.close();
            }
        };
    }

    /** Takes all of them back and ends the threads. */
    @Override
    public void close() {
        threads.close();
    }
}
