package io.trapline.ioreq;

import io.trapline.device.PciSlots;
import java.util.Objects;

/** The places of the PCI bus as one device sees them. Under the baton. */
final class BoardSlots implements PciSlots {
    private final DeviceBoard board;
    private final BusSlots bus;

    BoardSlots(DeviceBoard board, BusSlots bus) {
        this.board = board;
        this.bus = bus;
    }

    @Override
    public int occupied() {
        return bus.occupied();
    }

    @Override
    public int takeArrived() {
        return bus.takeArrived(board);
    }

    @Override
    public int leaving() {
        return bus.leaving();
    }

    @Override
    public void eject(int device) {
        if (!board.closed() && device >= 0 && device < BoardFunctions.PCI_DEVICES) {
            bus.eject(device);
        }
    }

    @Override
    public void listen(Runnable changed) {
        board.holdings().refuseOnceClosed();
        bus.listen(board, Objects.requireNonNull(changed));
    }
}
