package io.trapline.ioreq;

import io.trapline.device.Board;
import io.trapline.device.Device;
import io.trapline.device.PciAddress;
import io.trapline.device.PciIdentity;

/**
 * The host bridge: bus 0, device 0, which guests look for before they believe that there is a bus. It comes with the
 * first function of a machine and has nothing but its header.
 */
final class HostBridge implements Device {
    static final String NAME = "hostbridge";
    static final PciAddress ADDRESS = new PciAddress(0, 0, 0);

    // Intel 82441FX, which every guest knows
    private static final PciIdentity IDENTITY =
            new PciIdentity(0x8086, 0x1237, 0x02, 0x060000, 0x1AF4, 0x1100);

    /** Plugs one in as a bundle would. */
    static Plug plug() {
        return new Plug(new HostBridge(), NAME, NAME, "io.trapline.core.ioreq", "", -1);
    }

    @Override
    public void install(Board board) {
        board.endpoint(IDENTITY, ADDRESS);
    }

    /** Its header is the machine's affair. */
    @Override
    public void reset() {}
}
