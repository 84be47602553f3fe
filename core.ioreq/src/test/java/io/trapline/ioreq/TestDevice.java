package io.trapline.ioreq;

import io.trapline.device.Board;
import io.trapline.device.Device;
import io.trapline.device.DeviceState;
import io.trapline.device.Inspector;
import io.trapline.device.Region;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;

/** A device of 8 cells per page of its claim, whose every step a test can replace. */
final class TestDevice implements Device, Region {
    Board board;
    long[] cells = new long[8];
    int resets;

    private Consumer<Board> install;
    LongUnaryOperator onRead = offset -> cells[(int) offset & 7];
    Writes onWrite = (offset, value) -> cells[(int) offset & 7] = value;
    Runnable onReset = () -> {};
    Runnable onSave = () -> {};
    Runnable onInspect = () -> {};
    Consumer<DeviceState> onRestore = state -> {};

    interface Writes {
        void write(long offset, long value);
    }

    TestDevice(Consumer<Board> install) {
        this.install = install;
    }

    /** At a few ports. */
    static TestDevice at(int port, int count) {
        TestDevice[] self = new TestDevice[1];
        self[0] = new TestDevice(board -> board.ports(port, count, self[0]));
        return self[0];
    }

    /** At eight ports. */
    static TestDevice at(int port) {
        return at(port, 8);
    }

    TestDevice reads(LongUnaryOperator handler) {
        onRead = handler;
        return this;
    }

    TestDevice writes(Writes handler) {
        onWrite = handler;
        return this;
    }

    /** Does something more when it is installed. */
    TestDevice with(Consumer<Board> more) {
        install = install.andThen(more);
        return this;
    }

    @Override
    public void install(Board board) {
        this.board = board;
        install.accept(board);
    }

    @Override
    public void reset() {
        resets++;
        cells = new long[8];
        onReset.run();
    }

    @Override
    public DeviceState save() {
        onSave.run();
        return new DeviceState("cells", 1, Map.of("cells", cells));
    }

    @Override
    public void restore(DeviceState state) {
        state.require("cells", 1);
        cells = ((long[]) state.values().get("cells")).clone();
        onRestore.accept(state);
    }

    @Override
    public void inspect(Inspector out) {
        onInspect.run();
        out.number("resets", resets);
    }

    @Override
    public long read(long offset, int width) {
        return onRead.applyAsLong(offset);
    }

    @Override
    public void write(long offset, int width, long value) {
        onWrite.write(offset, value);
    }
}
