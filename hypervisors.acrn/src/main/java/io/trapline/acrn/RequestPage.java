package io.trapline.acrn;

import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.linux.HostMemory;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The page of requests: memory that the driver can pin, which the Java heap's and the allocator's is not. It
 * stays mapped while a view of it is reachable, so a device that answers too late writes where nobody looks.
 */
final class RequestPage {
    private final HostMemory memory;
    private final ByteBuffer bytes;

    RequestPage() throws IOException {
        memory = HostMemory.anonymous(IoRequestSlot.PAGE_LENGTH);
        bytes = memory.windows(0, IoRequestSlot.PAGE_LENGTH, IoRequestSlot.PAGE_LENGTH).get(0);
    }

    long address() {
        return memory.address();
    }

    ByteBuffer bytes() {
        return bytes;
    }

    /** Views of the first slots, which are FREE once the hypervisor has the page. */
    IoRequestSlot[] slots(int count) {
        IoRequestSlot[] slots = new IoRequestSlot[count];
        for (int index = 0; index < count; index++) {
            slots[index] = new IoRequestSlot(bytes, index);
        }
        return slots;
    }
}
