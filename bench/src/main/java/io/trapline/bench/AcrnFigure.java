package io.trapline.bench;

import io.trapline.acrn.AcrnHypervisor;
import io.trapline.hypervisor.Readiness;
import io.trapline.rig.Bulk;
import io.trapline.rig.Injector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * One kind of access inside the rig, as the vCPU sees it: answered by us, by a bare loop in Java, and by a model in C,
 * each a process of its own with a User VM of its own that idles while another's turn is measured.
 */
final class AcrnFigure implements Figure {
    private static final String BARE = "a bare loop in Java";
    private static final String DIRECT = "the bare loop without JNA";
    private static final String C = "the C model";

    /** What a line's name ends with, by whom we are compared with. */
    private static final Map<String, String> ENDS = Map.of(BARE, "", DIRECT, "-direct", C, "-c");

    /** Accesses injected together: so few that many a bulk is over before another process gets the core. */
    private static final int BULK = 200;

    /** Bulks in a turn. */
    private static final int BULKS = 30;

    /** Of a turn's bulks, which one's rate counts: one that was not interrupted, where so many are. */
    private static final double UNDISTURBED = 0.25;

    /** Accesses until a JVM's compiler has seen it all; a test, which looks at no figure, sets the property. */
    private static final int WARM_UP = Integer.getInteger("io.trapline.bench.warmup", 60_000);

    private static final int C_ACCESSES = 1000;

    private final AcrnLoad load;
    private final Path folder;
    private final CModel model = CModel.find();

    /**
     * A comparison.
     *
     * @param folder for what programs print
     */
    AcrnFigure(AcrnLoad load, Path folder) {
        this.load = load;
        this.folder = folder;
    }

    /** Who takes turns. */
    @FunctionalInterface
    private interface Contender {
        AcrnTurn take() throws IOException, InterruptedException;
    }

    @Override
    public String name() {
        return load.title;
    }

    @Override
    public String about() {
        return load.about + " inside the rig, against " + BARE + " and against " + C;
    }

    @Override
    public String missing() {
        return notInside();
    }

    /** Why nothing on the HSM can be measured here; null if it can. */
    static String notInside() {
        Readiness found = new AcrnHypervisor().probe();
        if (!found.ready()) {
            return found.summary();
        }
        return Injector.present() ? null : "no /dev/fakehv, which plays the guest inside the rig";
    }

    @Override
    public List<String> gaps() {
        String missing = model.missing();
        return missing == null ? List.of() : List.of(name() + "-c skipped: " + missing);
    }

    @Override
    public List<Comparison> measure(int rounds, Consumer<String> progress)
            throws IOException, InterruptedException {
        String polling = Boolean.toString(load.polling());
        boolean parts = load == AcrnLoad.PORT;
        boolean served = load.inBench == null && model.missing() == null;
        try (ModelProcess ours = ModelProcess.java(OurModel.class, polling);
                ModelProcess bare = ModelProcess.java(BareHsmLoop.class, polling, "false");
                ModelProcess direct =
                        parts ? ModelProcess.java(BareHsmLoop.class, polling, "true") : null;
                ModelProcess inC = served ? model.serve() : null;
                Injector guest = new Injector()) {
            progress.accept("warming up");
            for (int done = 0; done < WARM_UP; done += BULKS * BULK) {
                turn(guest, ours);
                turn(guest, bare);
                if (parts) {
                    turn(guest, direct);
                }
            }
            Map<String, Contender> contenders = new LinkedHashMap<>();
            contenders.put(name(), () -> turn(guest, ours));
            contenders.put(BARE, () -> turn(guest, bare));
            if (parts) {
                contenders.put(DIRECT, () -> turn(guest, direct));
            }
            if (served) {
                contenders.put(C, () -> turn(guest, inC));
            } else if (model.missing() == null) {
                contenders.put(C, () -> model.bench(folder, C_ACCESSES, load.inBench));
            }
            return compared(play(rounds, contenders, progress));
        }
    }

    private AcrnTurn turn(Injector guest, ModelProcess model) throws IOException {
        double[] p50 = new double[BULKS];
        double[] each = new double[BULKS];
        guest.vm(model.vm());
        for (int i = 0; i < BULKS; i++) {
            Bulk bulk = guest.bulk(BULK / load.vcpus, load.access);
            if (!bulk.good()) {
                throw new IOException("VM " + model.vm() + ": " + bulk);
            }
            p50[i] = bulk.p50();
            each[i] = 1e9 / bulk.rate();
        }
        return new AcrnTurn(new Sample(p50).median(), new Sample(each).quantile(UNDISTURBED));
    }

    /** All rounds; the order in which they take turns is reversed from round to round. */
    private static Map<String, List<AcrnTurn>> play(
            int rounds, Map<String, Contender> contenders, Consumer<String> progress)
            throws IOException, InterruptedException {
        Map<String, List<AcrnTurn>> turns = new LinkedHashMap<>();
        contenders.keySet().forEach(who -> turns.put(who, new ArrayList<>()));
        List<String> order = new ArrayList<>(contenders.keySet());
        for (int i = 0; i < rounds; i++) {
            StringBuilder line = new StringBuilder("round " + (i + 1) + " of " + rounds + ":");
            for (String who : order) {
                AcrnTurn turn = contenders.get(who).take();
                turns.get(who).add(turn);
                line.append(
                        String.format(Locale.ROOT, " %s %.0f %.0f;", who, turn.p50(), turn.each()));
            }
            progress.accept(line.toString());
            Collections.reverse(order);
        }
        return turns;
    }

    private List<Comparison> compared(Map<String, List<AcrnTurn>> turns) {
        List<AcrnTurn> ours = turns.remove(name());
        List<Comparison> found = new ArrayList<>();
        turns.forEach(
                (who, theirs) -> {
                    String name = name() + ENDS.get(who);
                    found.add(new Comparison(name, "ns", who, p50(ours), p50(theirs)));
                    found.add(
                            new Comparison(
                                    name + "-rate", "ns/access", who, each(ours), each(theirs)));
                });
        return found;
    }

    private static double[] p50(List<AcrnTurn> turns) {
        return turns.stream().mapToDouble(AcrnTurn::p50).toArray();
    }

    private static double[] each(List<AcrnTurn> turns) {
        return turns.stream().mapToDouble(AcrnTurn::each).toArray();
    }
}
