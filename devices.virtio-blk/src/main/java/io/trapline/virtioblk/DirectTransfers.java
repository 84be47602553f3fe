package io.trapline.virtioblk;

import io.trapline.linux.HostFile;
import io.trapline.linux.IoVector;
import java.io.IOException;
import java.util.concurrent.locks.StampedLock;

/**
 * Reads and writes a file that is open for direct I/O, whatever the guest's memory and sectors are aligned to. What
 * suits the host goes straight; the rest by way of {@link Bounce}. A write of a part of the host's block reads that
 * block first, and then no other write is on its way.
 */
final class DirectTransfers {
    private final HostFile file;
    private final int block;
    private final Bounce bounce;
    private final StampedLock parts = new StampedLock(); // written alone: a part of a block

    DirectTransfers(HostFile file, int most) {
        this.file = file;
        block = file.alignment();
        bounce = new Bounce(most, Math.max(block, file.memoryAlignment()));
    }

    private boolean suits(IoVector vector, long position) {
        return isWhole(position)
                && isWhole(vector.length())
                && vector.isAligned(Math.max(file.memoryAlignment(), 1))
                && (vector.count() == 1 || vector.isAligned(block));
    }

    private boolean isWhole(long bytes) {
        return bytes % block == 0;
    }

    void read(IoVector target, long position) throws IOException {
        if (suits(target, position)) {
            file.read(target, position);
            return;
        }
        Bounce.Buffer buffer = bounce.take();
        try {
            long at = position;
            while (target.length() > 0) {
                int head = (int) (at % block);
                int part = (int) Math.min(target.length(), Bounce.LENGTH - head);
                file.read(buffer.part(0, up(head + part)), at - head);
                target.put(buffer.bytes(head, head + part));
                at += part;
            }
        } finally {
            bounce.giveBack(buffer);
        }
    }

    void write(IoVector source, long position) throws IOException {
        boolean whole = isWhole(position) && isWhole(source.length());
        long stamp = whole ? parts.readLock() : parts.writeLock();
        try {
            if (suits(source, position)) {
                file.write(source, position);
            } else {
                writeCopy(source, position);
            }
        } finally {
            parts.unlock(stamp);
        }
    }

    private void writeCopy(IoVector source, long position) throws IOException {
        Bounce.Buffer buffer = bounce.take();
        try {
            long at = position;
            while (source.length() > 0) {
                int head = (int) (at % block);
                int part = (int) Math.min(source.length(), Bounce.LENGTH - head);
                int end = up(head + part);
                if (head != 0) {
                    file.read(buffer.part(0, block), at - head);
                }
                if (end != head + part && (head == 0 || end > block)) {
                    file.read(buffer.part(end - block, end), at - head + end - block);
                }
                source.get(buffer.bytes(head, head + part));
                file.write(buffer.part(0, end), at - head);
                at += part;
            }
        } finally {
            bounce.giveBack(buffer);
        }
    }

    private int up(int bytes) {
        return (bytes + block - 1) / block * block;
    }

    /** Something else that writes is on its way; to be given to {@link #end}. */
    long begin() {
        return parts.readLock();
    }

    void end(long stamp) {
        parts.unlock(stamp);
    }

    int buffers() {
        return bounce.count();
    }
}
