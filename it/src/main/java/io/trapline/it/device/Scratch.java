package io.trapline.it.device;

import io.trapline.device.Board;
import io.trapline.device.Device;
import io.trapline.device.DeviceState;
import io.trapline.device.Inspector;
import io.trapline.device.Region;
import java.util.Map;

/** Four bytes that keep what is written, one that counts reads; faults on demand of its bundle's headers. */
final class Scratch implements Device, Region {
    private static final int CELLS = 4;
    private final int port;
    private final String fault;
    private final int stateVersion;
    private byte[] cells = new byte[CELLS];

    Scratch(int port, String fault, int stateVersion) {
        this.port = port;
        this.fault = fault;
        this.stateVersion = stateVersion;
    }

    @Override
    public void install(Board board) {
        board.ports(port, 2, this);
        if (fault.equals("install")) {
            throw new IllegalStateException("no luck today");
        }
        board.ports(port + 2, 2, new Upper());
    }

    @Override
    public void reset() {
        cells = new byte[CELLS];
    }

    @Override
    public DeviceState save() {
        return new DeviceState("it.scratch", stateVersion, Map.of("cells", cells));
    }

    @Override
    public void restore(DeviceState state) {
        state.require("it.scratch", stateVersion);
        cells = state.bytes("cells");
    }

    @Override
    public void inspect(Inspector out) {
        for (int i = 0; i < CELLS; i++) {
            out.register("R" + i, cells[i], 1);
        }
    }

    @Override
    public long read(long offset, int width) {
        if (fault.equals("read")) {
            throw new IllegalStateException("cannot read");
        }
        return cells[(int) offset];
    }

    @Override
    public void write(long offset, int width, long value) {
        cells[(int) offset] = (byte) value;
    }

    /** The second claim: cells 2 and 3. */
    private final class Upper implements Region {
        @Override
        public long read(long offset, int width) {
            return cells[(int) offset + 2];
        }

        @Override
        public void write(long offset, int width, long value) {
            cells[(int) offset + 2] = (byte) value;
        }
    }
}
