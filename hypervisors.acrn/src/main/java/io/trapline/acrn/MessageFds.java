package io.trapline.acrn;

import io.trapline.acrn.Hsm.acrn_irqfd;
import io.trapline.hypervisor.MessageSource;
import io.trapline.linux.Block;
import io.trapline.linux.Descriptor;
import io.trapline.linux.Libc;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Messages that the driver injects when an eventfd is written to (irqfd): for senders that have the descriptor
 * only. Each write injects one, and the count that it leaves is read by nobody. A refusal by the hypervisor goes
 * to the kernel's log.
 */
final class MessageFds implements AutoCloseable {
    private final Descriptor file;
    private final Set<Source> there = new HashSet<>();
    private boolean closed;

    MessageFds(Descriptor file) {
        this.file = file;
    }

    /** One of them. */
    private final class Source implements MessageSource {
        private final int fd;
        private final Descriptor eventfd; // another thread may raise while one closes
        private final Block entry = new Block(acrn_irqfd.SIZEOF);
        private final Block one = new Block(Long.BYTES);

        Source(int fd, long address, int data) {
            this.fd = fd;
            eventfd = new Descriptor(fd);
            one.bytes.putLong(0, 1);
            entry.bytes.putInt(acrn_irqfd.fd, fd);
            entry.bytes.putLong(acrn_irqfd.msi__msi_addr, address);
            entry.bytes.putLong(acrn_irqfd.msi__msi_data, Integer.toUnsignedLong(data));
        }

        /** Tells the driver; whether it agreed. */
        boolean configure(int flags) {
            entry.bytes.putInt(acrn_irqfd.flags, flags);
            return file.ioctl(Hsm.ACRN_IOCTL_IRQFD, entry) >= 0;
        }

        @Override
        public void raise() {
            eventfd.write(one);
        }

        @Override
        public OptionalInt eventfd() {
            return OptionalInt.of(fd);
        }

        @Override
        public void close() {
            synchronized (MessageFds.this) {
                if (there.remove(this)) {
                    configure(Hsm.ACRN_IRQFD_FLAG_DEASSIGN);
                    eventfd.close();
                }
            }
        }
    }

    /** Sets one up; null where the driver cannot. */
    synchronized MessageSource add(long address, int data) {
        int fd = closed ? -1 : Libc.eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
        if (fd < 0) {
            return null;
        }
        Source source = new Source(fd, address, data);
        if (!source.configure(0)) {
            Libc.close(fd);
            return null;
        }
        there.add(source);
        return source;
    }

    /** Takes all of them back; nothing the second time. Before DESTROY_VM, as with doorbells. */
    @Override
    public synchronized void close() {
        closed = true;
        List.copyOf(there).forEach(Source::close);
    }
}
