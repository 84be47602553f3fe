package io.trapline.bench;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/** One kind of access in a real guest's loop: what the guest sees of us and of a yardstick. */
final class LoopFigure implements Figure {
    private final String name;
    private final String about;
    private final Loops loops;
    private final OurVmm ours;
    private final LoopRunner yardstick;

    /**
     * A comparison.
     *
     * @param loops what either runs in a round; their median batch counts
     */
    LoopFigure(String name, String about, Loops loops, OurVmm ours, LoopRunner yardstick) {
        this.name = name;
        this.about = about;
        this.loops = loops;
        this.ours = ours;
        this.yardstick = yardstick;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String about() {
        return about;
    }

    @Override
    public String missing() {
        String missing = ours.missing();
        return missing == null ? yardstick.missing() : missing;
    }

    @Override
    public List<Comparison> measure(int rounds, Consumer<String> progress)
            throws IOException, InterruptedException {
        ours.warmUp(loops.kind(), progress);
        Turns turns = Turns.play(rounds, () -> nanos(ours), () -> nanos(yardstick), progress);
        return List.of(turns.compared(name, "ns", yardstick.name()));
    }

    private double nanos(LoopRunner vmm) throws IOException, InterruptedException {
        return new Sample(vmm.cycles(loops)).median() / ours.cyclesPerNano();
    }
}
