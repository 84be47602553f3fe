package io.trapline.ioreq;

import io.trapline.hypervisor.Registration;
import io.trapline.hypervisor.VirtualMachine;

/** A part of a claim to which writes may come late. */
final class PostedZone {
    private final long offset;
    private final int length;
    private Registration registration; // while what its device has wired is locked

    PostedZone(long offset, int length) {
        this.offset = offset;
        this.length = length;
    }

    void connect(VirtualMachine vm, Mapping mapping) {
        registration = vm.posted(mapping.type, mapping.first + offset, length);
    }

    void disconnect() {
        if (registration != null) {
            registration.close();
            registration = null;
        }
    }
}
