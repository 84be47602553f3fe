package io.trapline.acrn;

/**
 * Where the vCPUs of a {@link RandomGuest} find what they play with; each vCPU has its own of everything. Scratch cells
 * keep what was written, byte by byte, at every width and offset. A counter is set by a write; a read adds one and
 * answers the sum. Where nobody is, a read answers all-ones and a write changes nothing.
 */
interface AddressPlan {
    /** Bytes of scratch: ports, memory, and a function's registers. */
    int PORTS = 16;

    int MEMORY = 64;
    int REGISTERS = 64;

    /** The first scratch register of a function: what lies below is the standard header. */
    int FIRST_REGISTER = 0x40;

    /** The first of the scratch ports. */
    default int ports(int vcpu) {
        return 0x2000 + vcpu * 0x40;
    }

    /** A counter of four bytes. */
    default int portCounter(int vcpu) {
        return ports(vcpu) + 0x20;
    }

    /** Four ports where nobody is. */
    default int nobodysPort(int vcpu) {
        return ports(vcpu) + 0x30;
    }

    /** The first byte of the scratch memory, outside the guest's RAM. */
    default long memory(int vcpu) {
        return 0xD000_0000L + vcpu * 0x1000L;
    }

    /** A counter of eight bytes. */
    default long memoryCounter(int vcpu) {
        return memory(vcpu) + 0x400;
    }

    /** Eight bytes where nobody is. */
    default long nobodysMemory(int vcpu) {
        return memory(vcpu) + 0x800;
    }

    /** The device number of the PCI function with the scratch registers, on bus 0; its function number is 0. */
    default int device(int vcpu) {
        return 8 + vcpu;
    }
}
