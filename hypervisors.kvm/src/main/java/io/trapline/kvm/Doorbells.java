package io.trapline.kvm;

import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.hypervisor.Registration;
import io.trapline.kvm.Kvm.kvm_ioeventfd;
import io.trapline.kvm.Libc.epoll_event;
import java.lang.ref.Reference;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The doorbells of a machine: an eventfd each, which KVM signals without leaving the guest, and one thread that
 * waits for all of them. Nothing is opened before the first.
 */
final class Doorbells implements AutoCloseable {
    private static final int EVENTS = 16;

    /** The key of the eventfd that ends the thread. */
    private static final long END = 0;

    private final MachineFile file;
    private final String name;
    private final Map<Long, Doorbell> doorbells = new HashMap<>();
    private final Block event = new Block(epoll_event.SIZEOF);
    private int epoll = -1;
    private int end = -1;
    private long lastKey = END;
    private Thread thread;
    private boolean closed;

    Doorbells(MachineFile file, String name) {
        this.file = file;
        this.name = name;
    }

    /** One place; guarded by the monitor of all. */
    private final class Doorbell implements Registration {
        private final long key;
        private final int fd;
        private final Block entry;
        private final Runnable rung;

        Doorbell(long key, int fd, Block entry, Runnable rung) {
            this.key = key;
            this.fd = fd;
            this.entry = entry;
            this.rung = rung;
        }

        /** A ring that is being reported to another thread meanwhile may still arrive. */
        @Override
        public void close() {
            synchronized (Doorbells.this) {
                if (doorbells.remove(key) != null) {
                    int flags = entry.bytes.getInt(kvm_ioeventfd.flags);
                    entry.bytes.putInt(
                            kvm_ioeventfd.flags, flags | Kvm.KVM_IOEVENTFD_FLAG_DEASSIGN);
                    file.ioctl(Kvm.KVM_IOEVENTFD, entry);
                    Libc.epoll_ctl(epoll, Libc.EPOLL_CTL_DEL, fd, event.address());
                    Libc.close(fd);
                }
            }
        }
    }

    /** Sets one up; null where KVM refuses. */
    synchronized Registration add(
            int type, long address, int width, OptionalLong match, Runnable rung) {
        if (closed || !open()) {
            return null;
        }
        int fd = Libc.eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
        if (fd < 0) {
            return null;
        }
        int flags =
                (type == IoRequestSlot.PORTIO ? Kvm.KVM_IOEVENTFD_FLAG_PIO : 0)
                        | (match.isPresent() ? Kvm.KVM_IOEVENTFD_FLAG_DATAMATCH : 0);
        Block entry = new Block(kvm_ioeventfd.SIZEOF);
        entry.bytes.putLong(kvm_ioeventfd.datamatch, match.orElse(0));
        entry.bytes.putLong(kvm_ioeventfd.addr, address);
        entry.bytes.putInt(kvm_ioeventfd.len, width);
        entry.bytes.putInt(kvm_ioeventfd.fd, fd);
        entry.bytes.putInt(kvm_ioeventfd.flags, flags);
        long key = ++lastKey;
        Doorbell doorbell = new Doorbell(key, fd, entry, rung);
        doorbells.put(key, doorbell);
        if (!watch(fd, key) || file.ioctl(Kvm.KVM_IOEVENTFD, entry) < 0) {
            doorbells.remove(key);
            Libc.close(fd); // which ends the watch too
            return null;
        }
        return doorbell;
    }

    /** Takes all of them back and ends the thread. */
    @Override
    public void close() {
        Thread waiting;
        synchronized (this) {
            closed = true;
            for (Doorbell doorbell : doorbells.values().toArray(new Doorbell[0])) {
                doorbell.close();
            }
            waiting = thread;
            if (waiting != null) {
                Block one = new Block(Long.BYTES);
                one.bytes.putLong(0, 1);
                Libc.write(end, one.address(), Long.BYTES);
                Reference.reachabilityFence(one);
            }
        }
        if (waiting != null && waiting != Thread.currentThread()) {
            awaitEnd(waiting);
        }
    }

    /** The thread closes what it waits on; one that is inside a device is not waited for beyond a second. */
    private static void awaitEnd(Thread waiting) {
        try {
            waiting.join(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean open() {
        if (thread != null) {
            return true;
        }
        epoll = Libc.epoll_create1(Libc.EPOLL_CLOEXEC);
        end = Libc.eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
        if (epoll < 0 || end < 0 || !watch(end, END)) {
            Libc.close(epoll);
            Libc.close(end);
            return false;
        }
        thread = new Thread(null, this::listen, name);
        thread.setDaemon(true);
        thread.start();
        return true;
    }

    private boolean watch(int fd, long key) {
        event.bytes.putInt(epoll_event.events, Libc.EPOLLIN);
        event.bytes.putLong(epoll_event.data, key);
        return Libc.epoll_ctl(epoll, Libc.EPOLL_CTL_ADD, fd, event.address()) == 0;
    }

    private void listen() {
        int waitOn;
        synchronized (this) {
            waitOn = epoll;
        }
        Block events = new Block(EVENTS * epoll_event.SIZEOF);
        Block count = new Block(Long.BYTES);
        boolean on = true;
        while (on) {
            int ready = Libc.epoll_wait(waitOn, events.address(), EVENTS, -1);
            for (int index = 0; index < ready; index++) {
                long key = events.bytes.getLong(index * epoll_event.SIZEOF + epoll_event.data);
                on &= key != END;
                Runnable rung = take(key, count);
                if (rung != null) {
                    ring(rung);
                }
            }
        }
        Reference.reachabilityFence(events);
        Libc.close(waitOn);
        Libc.close(end);
    }

    private static void ring(Runnable rung) {
        try {
            rung.run();
        } catch (RuntimeException | Error e) { // told like any other; the other doorbells go on
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        }
    }

    /** Empties an eventfd; null if the doorbell was taken back meanwhile. */
    private synchronized Runnable take(long key, Block count) {
        Doorbell doorbell = doorbells.get(key);
        boolean rang = doorbell != null && Libc.read(doorbell.fd, count.address(), Long.BYTES) > 0;
        return rang ? doorbell.rung : null;
    }
}
