package io.trapline.virtio;

import io.trapline.device.Board;
import io.trapline.device.Device;
import io.trapline.device.DeviceState;
import io.trapline.device.Inspector;

/**
 * A virtio device as a machine's device: what a component extends. It gives the device its transport, and saves and
 * restores all but what is the device's own.
 */
public abstract class VirtioPlug implements Device {
    private final VirtioDevice device;
    private final Placement placement;
    private final long withheld;
    private Transport transport;
    private Negotiation negotiation;

    /**
     * Nothing happens yet.
     *
     * @param device what is behind the queues
     * @param placement where it is
     */
    protected VirtioPlug(VirtioDevice device, Placement placement) {
        this(device, placement, 0);
    }

    /**
     * The same, with fewer features than there are.
     *
     * @param withheld those that are not offered; see {@link Features}
     */
    protected VirtioPlug(VirtioDevice device, Placement placement, long withheld) {
        this.device = device;
        this.placement = placement;
        this.withheld = withheld;
    }

    @Override
    public final void install(Board board) {
        transport =
                placement.pci()
                        ? new PciTransport(board, device, placement)
                        : new MmioTransport(board, device, placement);
        negotiation = new Negotiation(device, board, transport, withheld);
        transport.install(negotiation);
        device.install(negotiation);
    }

    @Override
    public final void reset() {
        negotiation.reset();
        transport.powerOn();
    }

    @Override
    public final DeviceState save() {
        negotiation.quiesce();
        return negotiation.save().toDeviceState(device.type(), transport.save(), device.save());
    }

    @Override
    public final void restore(DeviceState state) {
        NegotiationState saved =
                NegotiationState.of(state, device.type(), device.queues(), device.queueSize());
        DeviceState own = NegotiationState.own(state);
        if (!transport.restore(state.ints("transport"))) {
            throw new IllegalArgumentException("state virtio: it is of another transport");
        }
        negotiation.restore(saved, own);
    }

    @Override
    public final void inspect(Inspector out) {
        transport.inspect(out);
        negotiation.inspect(out);
        device.inspect(out);
    }
}
