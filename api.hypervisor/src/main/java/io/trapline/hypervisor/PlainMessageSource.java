package io.trapline.hypervisor;

/** A message that is sent as any other. */
final class PlainMessageSource implements MessageSource {
    private final VirtualMachine machine;
    private final long address;
    private final int data;
    private volatile boolean closed;

    PlainMessageSource(VirtualMachine machine, long address, int data) {
        this.machine = machine;
        this.address = address;
        this.data = data;
    }

    @Override
    public void raise() {
        if (!closed) {
            machine.message(address, data);
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
