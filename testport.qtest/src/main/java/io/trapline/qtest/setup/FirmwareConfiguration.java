package io.trapline.qtest.setup;

import io.trapline.device.Board;
import io.trapline.device.Device;
import io.trapline.device.DeviceState;
import io.trapline.device.Inspector;
import io.trapline.device.Region;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;

/**
 * The port through which QEMU tells firmware about its machine (QEMU's docs/specs/fw_cfg): an item is selected
 * at 0x510 and read byte by byte at 0x511, zeroes after its end. Those items that clients ask for; no DMA.
 */
public final class FirmwareConfiguration implements Device, Region {
    /** Its name in the machine. */
    public static final String DEVICE = "fwcfg";

    private static final int PORT = 0x510;
    private static final int PORTS = 2;

    private static final int SIGNATURE = 0x00;
    private static final int ID = 0x01;
    private static final int IDENTITY = 0x02;
    private static final int RAM_SIZE = 0x03;
    private static final int PROCESSORS = 0x05;
    private static final int MOST_PROCESSORS = 0x0F;

    /** ID: the plain interface, and nothing else. */
    private static final int TRADITIONAL = 1;

    private static final String SCHEMA = "testport.qtest.fwcfg";

    private final long memory;
    private final int processors;
    private final UUID identity;
    private int selected;
    private int position;

    /**
     * For one machine.
     *
     * @param memory bytes of RAM as they were asked for, what lies under the devices included
     * @param processors their number
     * @param identity the machine's
     */
    public FirmwareConfiguration(long memory, int processors, UUID identity) {
        this.memory = memory;
        this.processors = processors;
        this.identity = identity;
    }

    @Override
    public void install(Board board) {
        board.ports(PORT, PORTS, this);
    }

    @Override
    public void reset() {
        select(SIGNATURE);
    }

    private void select(int item) {
        selected = item;
        position = 0;
    }

    @Override
    public long read(long offset, int width) {
        byte[] item = item();
        return width != 1 ? OPEN_BUS : position < item.length ? item[position++] & 0xFF : 0;
    }

    /** At the first port: selects an item. What is written at the second is ignored. */
    @Override
    public void write(long offset, int width, long value) {
        if (offset == 0) {
            select((int) value & 0xFFFF);
        }
    }

    private byte[] item() {
        return switch (selected) {
            case SIGNATURE -> "QEMU".getBytes(StandardCharsets.US_ASCII);
            case ID -> number(TRADITIONAL, Integer.BYTES);
            case IDENTITY ->
                    ByteBuffer.allocate(2 * Long.BYTES)
                            .putLong(identity.getMostSignificantBits())
                            .putLong(identity.getLeastSignificantBits())
                            .array();
            case RAM_SIZE -> number(memory, Long.BYTES);
            case PROCESSORS, MOST_PROCESSORS -> number(processors, Short.BYTES);
            default -> new byte[0];
        };
    }

    private static byte[] number(long value, int length) {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        return java.util.Arrays.copyOf(bytes.putLong(value).array(), length);
    }

    @Override
    public DeviceState save() {
        return new DeviceState(SCHEMA, 1, Map.of("selected", selected, "position", position));
    }

    @Override
    public void restore(DeviceState state) {
        state.require(SCHEMA, 1);
        selected = (int) state.number("selected");
        position = (int) state.number("position");
    }

    @Override
    public void inspect(Inspector out) {
        out.number("item", selected);
        out.number("position", position);
    }
}
