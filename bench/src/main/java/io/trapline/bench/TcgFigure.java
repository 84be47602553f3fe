package io.trapline.bench;

import io.trapline.hypervisor.IoRequestSlot;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/** The framework and its UART against QEMU's dispatch and UART, with no hypervisor on either side. */
final class TcgFigure implements Figure {
    private static final int CLAIMS = 4;
    private static final int COUNT = 20_000;
    private static final int BATCHES = 101;
    private static final int SHORT_COUNT = 1_000_000;
    private static final int LONG_COUNT = 200_000_000;
    private static final int CALIBRATIONS = 3;

    private final Qemu qemu;

    TcgFigure(Qemu qemu) {
        this.qemu = qemu;
    }

    @Override
    public String name() {
        return "dispatch-qemu";
    }

    @Override
    public String about() {
        return "dispatch-4 against QEMU's dispatch and UART under TCG, its empty loop subtracted";
    }

    @Override
    public String missing() {
        return qemu.missing();
    }

    @Override
    public List<Comparison> measure(int rounds, Consumer<String> progress)
            throws IOException, InterruptedException {
        try (DispatchRig rig = new DispatchRig(IoRequestSlot.PORTIO, CLAIMS, Order.FIRST)) {
            progress.accept("warming up");
            DispatchFigure.warmUp(rig);
            double cyclesPerNano = cyclesPerNano();
            Turns turns =
                    Turns.play(
                            rounds,
                            () -> DispatchFigure.nanos(rig),
                            () -> (cycles(Loops.PORT_READ) - cycles(Loops.EMPTY)) / cyclesPerNano,
                            progress);
            return List.of(turns.compared(name(), "ns", qemu.name()));
        }
    }

    private double cycles(int kind) throws IOException, InterruptedException {
        return new Sample(qemu.cycles(new Loops(kind, COUNT, BATCHES))).median();
    }

    /** How fast the guest's time stamp counter runs: a long run against a short one, by the host's clock. */
    private double cyclesPerNano() throws IOException, InterruptedException {
        double[] rates = new double[CALIBRATIONS];
        for (int i = 0; i < rates.length; i++) {
            long begun = System.nanoTime();
            double few = qemu.cycles(new Loops(Loops.EMPTY, SHORT_COUNT, 1))[0] * SHORT_COUNT;
            long between = System.nanoTime();
            double many = qemu.cycles(new Loops(Loops.EMPTY, LONG_COUNT, 1))[0] * LONG_COUNT;
            rates[i] = (many - few) / ((System.nanoTime() - between) - (between - begun));
        }
        return new Sample(rates).median();
    }
}
