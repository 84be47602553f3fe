package io.trapline.bench;

import java.io.IOException;
import java.util.function.Consumer;

/** One kind of access in a real guest's loop: what the guest sees of us and of a yardstick. */
final class LoopFigure extends TurnsFigure {
    private final Loops loops;
    private final OurVmm ours;
    private final LoopRunner yardstick;

    /**
     * A comparison.
     *
     * @param loops what either runs in a round; their median batch counts
     */
    LoopFigure(String name, String about, Loops loops, OurVmm ours, LoopRunner yardstick) {
        super(name, about);
        this.loops = loops;
        this.ours = ours;
        this.yardstick = yardstick;
    }

    @Override
    public String missing() {
        String missing = ours.missing();
        return missing == null ? yardstick.missing() : missing;
    }

    @Override
    void prepare(Consumer<String> progress) throws IOException, InterruptedException {
        ours.warmUp(loops.kind(), progress);
    }

    @Override
    double ours() throws IOException, InterruptedException {
        return nanos(ours);
    }

    @Override
    double theirs() throws IOException, InterruptedException {
        return nanos(yardstick);
    }

    @Override
    String yardstick() {
        return yardstick.name();
    }

    private double nanos(LoopRunner vmm) throws IOException, InterruptedException {
        return new Sample(vmm.cycles(loops)).median() / ours.cyclesPerNano();
    }
}
