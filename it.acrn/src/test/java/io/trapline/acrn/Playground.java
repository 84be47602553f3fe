package io.trapline.acrn;

/** The device that an {@link AddressPlan} describes, for one vCPU: scratch cells and counters. */
final class Playground {
    static final int PORTIO = 0;
    static final int MMIO = 1;
    static final int PCICFG = 2;

    private final Cells ports = new Cells(AddressPlan.PORTS);
    private final Cells memory = new Cells(AddressPlan.MEMORY);
    private final Cells registers = new Cells(AddressPlan.REGISTERS);
    private final long firstPort;
    private final long portCounterPlace;
    private final long firstByte;
    private final long memoryCounterPlace;
    private final long firstRegister;
    private long portCounter;
    private long memoryCounter;

    Playground(AddressPlan plan, int vcpu) {
        firstPort = plan.ports(vcpu);
        portCounterPlace = plan.portCounter(vcpu);
        firstByte = plan.memory(vcpu);
        memoryCounterPlace = plan.memoryCounter(vcpu);
        firstRegister = (long) plan.device(vcpu) << 16 | AddressPlan.FIRST_REGISTER;
    }

    private Cells cells(int type) {
        return type == PORTIO ? ports : type == MMIO ? memory : registers;
    }

    private long first(int type) {
        return type == PORTIO ? firstPort : type == MMIO ? firstByte : firstRegister;
    }

    private boolean counts(int type, long address) {
        return type == PORTIO && address == portCounterPlace
                || type == MMIO && address == memoryCounterPlace;
    }

    /** Whether an address, or for PCI the device and the register, is here. */
    boolean has(int type, long address) {
        long offset = address - first(type);
        return offset >= 0 && offset < cells(type).length() || counts(type, address);
    }

    /** One access; a write's answer means nothing. */
    long access(int type, long address, int width, boolean write, long value) {
        if (counts(type, address)) {
            return type == PORTIO ? countPort(write, value) : countMemory(write, value);
        }
        int offset = (int) (address - first(type));
        if (write) {
            cells(type).set(offset, width, value);
        }
        return cells(type).get(offset, width);
    }

    private long countPort(boolean write, long value) {
        portCounter = write ? value : portCounter + 1;
        return portCounter;
    }

    private long countMemory(boolean write, long value) {
        memoryCounter = write ? value : memoryCounter + 1;
        return memoryCounter;
    }
}
