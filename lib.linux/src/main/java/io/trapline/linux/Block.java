package io.trapline.linux;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Zeroed memory that stays where it is: the argument of a system call. Freed with the object. */
public final class Block {
    public final ByteBuffer bytes;
    private final long address;

    public Block(int length) {
        bytes = ByteBuffer.allocateDirect(length).order(ByteOrder.LITTLE_ENDIAN);
        address = Pointer.nativeValue(Native.getDirectBufferPointer(bytes));
    }

    /** A C string. */
    public static Block of(String text) {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        Block block = new Block(encoded.length + 1);
        block.bytes.put(0, encoded);
        return block;
    }

    /** Its first byte's address; whoever uses it keeps this object reachable meanwhile. */
    public long address() {
        return address;
    }

    /** An ioctl with this block as argument; the result is the caller's to judge. */
    public int ioctl(int fd, long request) {
        try {
            return Libc.ioctl(fd, request, address);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** An ioctl with this block as argument that must not fail. */
    public int ioctl(int fd, long request, String name) throws IOException {
        return Libc.check(ioctl(fd, request), name);
    }
}
