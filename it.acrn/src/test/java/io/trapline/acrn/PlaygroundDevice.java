package io.trapline.acrn;

import io.trapline.device.Board;
import io.trapline.device.Device;
import io.trapline.device.PciAddress;
import io.trapline.device.PciFunction;
import io.trapline.device.Region;

/** What an {@link AddressPlan} promises to one vCPU, as a device of the framework. */
final class PlaygroundDevice implements Device, PciFunction {
    private final AddressPlan plan;
    private final int vcpu;
    private final Playground playground;

    PlaygroundDevice(AddressPlan plan, int vcpu) {
        this.plan = plan;
        this.vcpu = vcpu;
        playground = new Playground(plan, vcpu);
    }

    @Override
    public void install(Board board) {
        board.ports(plan.ports(vcpu), AddressPlan.PORTS, at(Playground.PORTIO, plan.ports(vcpu)));
        board.ports(plan.portCounter(vcpu), 4, at(Playground.PORTIO, plan.portCounter(vcpu)));
        board.memory(plan.memory(vcpu), AddressPlan.MEMORY, at(Playground.MMIO, plan.memory(vcpu)));
        board.memory(plan.memoryCounter(vcpu), 8, at(Playground.MMIO, plan.memoryCounter(vcpu)));
        board.pci(this);
    }

    private Region at(int type, long base) {
        return new Region() {
            @Override
            public long read(long offset, int width) {
                return playground.access(type, base + offset, width, false, 0);
            }

            @Override
            public void write(long offset, int width, long value) {
                playground.access(type, base + offset, width, true, value);
            }
        };
    }

    /** The guest sets everything before it looks. */
    @Override
    public void reset() {}

    @Override
    public PciAddress address() {
        return new PciAddress(0, plan.device(vcpu), 0);
    }

    @Override
    public int readConfiguration(int register, int width) {
        return access(register, width, false, 0);
    }

    @Override
    public void writeConfiguration(int register, int width, int value) {
        access(register, width, true, value);
    }

    private int access(int register, int width, boolean write, long value) {
        long place = (long) plan.device(vcpu) << 16 | register;
        return playground.has(Playground.PCICFG, place)
                ? (int) playground.access(Playground.PCICFG, place, width, write, value)
                : -1;
    }
}
