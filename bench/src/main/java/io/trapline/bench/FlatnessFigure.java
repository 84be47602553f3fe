package io.trapline.bench;

import io.trapline.hypervisor.IoRequestSlot;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/** Whether many claims cost more than few: the same register of the same device, among 1024 and among 4. */
final class FlatnessFigure implements Figure {
    private static final int MANY = 1024;
    private static final int FEW = 4;

    @Override
    public String name() {
        return "dispatch-flat";
    }

    @Override
    public String about() {
        return "the UART's line status among 1024 port claims, against the same among 4";
    }

    @Override
    public String missing() {
        return null;
    }

    @Override
    public List<Comparison> measure(int rounds, Consumer<String> progress)
            throws IOException, InterruptedException {
        try (DispatchRig many = rig(MANY);
                DispatchRig few = rig(FEW)) {
            progress.accept("warming up");
            DispatchFigure.warmUp(many);
            DispatchFigure.warmUp(few);
            Turns turns =
                    Turns.play(
                            rounds,
                            () -> DispatchFigure.nanos(many),
                            () -> DispatchFigure.nanos(few),
                            progress);
            return List.of(turns.compared(name(), "ns", "the same among 4 claims"));
        }
    }

    private static DispatchRig rig(int claims) throws IOException {
        return new DispatchRig(IoRequestSlot.PORTIO, claims, Order.FIRST);
    }
}
