package io.trapline.ioreq;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.trapline.hypervisor.CpuMode;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Puts an image into guest RAM: an ELF executable where its program headers say (System V ABI, chapter 5),
 * anything else as it is, at the configured address.
 */
final class ImageLoader {
    private static final int ELF_MAGIC = 0x464C457F;
    private static final int ELF_HEADER = 64;
    private static final int CLASS_32 = 1;
    private static final int CLASS_64 = 2;
    private static final int LITTLE = 1;
    private static final int EM_386 = 3;
    private static final int EM_X86_64 = 62;
    private static final int PT_LOAD = 1;
    private static final int MOST_HEADERS = 1024;

    /**
     * Where to start.
     *
     * @param mode the boot processor's mode
     * @param entry guest-physical address
     */
    record Entry(CpuMode mode, long entry) {}

    private final Path path;
    private final GuestRam ram;

    ImageLoader(Path path, GuestRam ram) {
        this.path = path;
        this.ram = ram;
    }

    /**
     * Loads it.
     *
     * @param address where a flat image goes
     * @param mode the mode to start in; null: what the image is made for
     * @return where to start
     * @throws IOException if it cannot be read, does not fit, or is damaged, naming the file and the place
     */
    Entry load(long address, CpuMode mode) throws IOException {
        if (!Files.exists(path)) {
            throw new IOException("image not found: " + path);
        }
        if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
            throw new IOException(
                    "image not readable: " + path + ", wanted a file that we may read");
        }
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            ByteBuffer head = ByteBuffer.allocate(ELF_HEADER).order(LITTLE_ENDIAN);
            while (head.hasRemaining() && file.read(head, head.position()) >= 0) {}
            head.flip();
            if (head.limit() >= 4 && head.getInt(0) == ELF_MAGIC) {
                if (head.limit() < ELF_HEADER) {
                    throw new IOException("image damaged: " + path + " ends within its ELF header");
                }
                return elf(file, head, mode);
            }
            if (head.limit() == 0) {
                throw new IOException("image empty: " + path);
            }
            copy(file, 0, address, file.size());
            return new Entry(mode == null ? CpuMode.REAL : mode, address);
        }
    }

    private Entry elf(FileChannel file, ByteBuffer head, CpuMode mode) throws IOException {
        int machine = head.getShort(18) & 0xFFFF;
        if (machine != EM_386 && machine != EM_X86_64) {
            throw new IOException(
                    "image for another processor: "
                            + path
                            + ", machine "
                            + machine
                            + ", wanted x86");
        }
        boolean wide = head.get(4) == CLASS_64;
        long entry = wide ? head.getLong(24) : head.getInt(24) & 0xFFFF_FFFFL;
        long table = wide ? head.getLong(32) : head.getInt(28) & 0xFFFF_FFFFL;
        int size = head.getShort(wide ? 54 : 42) & 0xFFFF;
        int count = head.getShort(wide ? 56 : 44) & 0xFFFF;
        if ((!wide && head.get(4) != CLASS_32)
                || head.get(5) != LITTLE
                || size < (wide ? 56 : 32)
                || count > MOST_HEADERS
                || table < 0
                || table > file.size() - (long) count * size) {
            throw new IOException("image damaged: " + path + " is no little-endian ELF executable");
        }
        ByteBuffer header = ByteBuffer.allocate(size).order(LITTLE_ENDIAN);
        boolean loaded = false;
        for (int i = 0; i < count; i++) {
            header.clear();
            readFully(file, header, table + (long) i * size);
            if (header.getInt(0) == PT_LOAD) {
                segment(file, header, wide);
                loaded = true;
            }
        }
        if (!loaded) {
            throw new IOException(
                    "image not executable: " + path + " has no segment to load; was it linked?");
        }
        return new Entry(mode != null ? mode : wide ? CpuMode.LONG : CpuMode.PROTECTED, entry);
    }

    private void segment(FileChannel file, ByteBuffer header, boolean wide) throws IOException {
        long offset = wide ? header.getLong(8) : header.getInt(4) & 0xFFFF_FFFFL;
        long address = wide ? header.getLong(24) : header.getInt(12) & 0xFFFF_FFFFL;
        long inFile = wide ? header.getLong(32) : header.getInt(16) & 0xFFFF_FFFFL;
        long inMemory = wide ? header.getLong(40) : header.getInt(20) & 0xFFFF_FFFFL;
        if (inFile < 0 || inMemory < inFile || offset < 0 || offset > file.size() - inFile) {
            throw new IOException(
                    "image damaged: " + path + ", segment at 0x" + Long.toHexString(address));
        }
        copy(file, offset, address, inFile);
        if (inMemory > inFile) {
            zero(address + inFile, inMemory - inFile);
        }
    }

    private void copy(FileChannel file, long offset, long address, long length) throws IOException {
        if (length == 0) {
            return;
        }
        if (!ram.contains(address, length)) {
            throw new IOException(
                    "image does not fit: "
                            + path
                            + " wants 0x"
                            + Long.toHexString(address)
                            + "+"
                            + length
                            + " bytes, RAM is "
                            + ram.size()
                            + " bytes");
        }
        ByteBuffer chunk = ByteBuffer.allocateDirect((int) Math.min(length, 1 << 20));
        for (long done = 0; done < length; done += chunk.limit()) {
            chunk.clear().limit((int) Math.min(chunk.capacity(), length - done));
            readFully(file, chunk, offset + done);
            ram.write(address + done, chunk.flip());
        }
    }

    private void zero(long address, long length) throws IOException {
        if (!ram.contains(address, length)) {
            throw new IOException(
                    "image does not fit: "
                            + path
                            + " wants 0x"
                            + Long.toHexString(address)
                            + "+"
                            + length
                            + " bytes for its variables, RAM is "
                            + ram.size()
                            + " bytes");
        }
        ByteBuffer chunk = ByteBuffer.allocateDirect((int) Math.min(length, 1 << 20));
        for (long done = 0; done < length; done += chunk.limit()) {
            chunk.clear().limit((int) Math.min(chunk.capacity(), length - done));
            ram.write(address + done, chunk);
        }
    }

    private void readFully(FileChannel file, ByteBuffer target, long from) throws IOException {
        long at = from;
        while (target.hasRemaining()) {
            int count = file.read(target, at);
            if (count < 0) {
                throw new EOFException("image damaged: " + path + " ends at byte " + at);
            }
            at += count;
        }
    }
}
