package io.trapline.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The RTC's index and data port: with writes to the index that may come late, against an exit for each. */
final class PostedPairFigure implements Figure {
    private static final String YARDSTICK = "the same device with nothing posted";

    private final Loops loops;
    private final OurVmm posted;
    private final OurVmm plain;
    private boolean counted = true;

    PostedPairFigure(Loops loops, OurVmm posted, OurVmm plain) {
        this.loops = loops;
        this.posted = posted;
        this.plain = plain;
    }

    @Override
    public String name() {
        return "kvm-posted-pair";
    }

    @Override
    public String about() {
        return "out 70, in 71 at the RTC, whose index is posted, against two exits; and the exits of a pair";
    }

    @Override
    public String missing() {
        return posted.missing();
    }

    @Override
    public List<String> gaps() {
        return counted ? List.of() : List.of(name() + "-exits skipped: " + Marks.UNCOUNTED);
    }

    @Override
    public List<Comparison> measure(int rounds, Consumer<String> progress)
            throws IOException, InterruptedException {
        posted.warmUp(loops.kind(), progress);
        plain.warmUp(loops.kind(), progress);
        List<Double> fewer = new ArrayList<>();
        List<Double> more = new ArrayList<>();
        Turns turns =
                Turns.play(rounds, () -> nanos(posted, fewer), () -> nanos(plain, more), progress);
        List<Comparison> found = new ArrayList<>();
        found.add(turns.compared(name(), "ns", YARDSTICK));
        counted = !fewer.contains(Double.NaN);
        if (counted) {
            found.add(
                    new Comparison(
                            name() + "-exits", "exits", YARDSTICK, numbers(fewer), numbers(more)));
        }
        return found;
    }

    private double nanos(OurVmm vmm, List<Double> exits) throws IOException, InterruptedException {
        double cycles = new Sample(vmm.cycles(loops)).median();
        exits.add(vmm.exits());
        return cycles / vmm.cyclesPerNano();
    }

    private static double[] numbers(List<Double> list) {
        return list.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
