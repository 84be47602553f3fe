package io.trapline.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line of {@code trapline bench}. */
class BenchTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final List<String> measured = new ArrayList<>();
    private final List<Figure> figures =
            List.of(
                    new Fake("dispatch-4", null),
                    new Fake("dispatch-4-more", null),
                    new Fake("kvm-exit", "no /dev/kvm"),
                    new Fake("kvm-broken", null));
    private final Bench bench = new Bench(figures, stream(out), stream(err), null);

    private static PrintStream stream(ByteArrayOutputStream to) {
        return new PrintStream(to, true, StandardCharsets.UTF_8);
    }

    private String printed() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String complained() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aFigureIsOneLineOnStandardOutput() {
        assertEquals(Bench.OK, bench.run(List.of("dispatch-4")));
        assertEquals(
                "bench: dispatch-4 2.00 ns ratio 2.00 to one (quartiles 2.00-2.00)\n",
                printed().replace(System.lineSeparator(), "\n"));
        assertTrue(complained().contains("dispatch-4: working"), complained());
    }

    @Test
    void aBeginningNamesAllThatBeginSo() {
        bench.run(List.of("dispatch"));
        assertEquals(List.of("dispatch-4", "dispatch-4-more"), measured);
    }

    @Test
    void noNameMeansAll() {
        assertEquals(Bench.FAILED, bench.run(List.of()));
        assertEquals(List.of("dispatch-4", "dispatch-4-more", "kvm-broken"), measured);
    }

    @Test
    void anUnknownNameIsRefusedBeforeAnythingIsMeasured() {
        assertEquals(Bench.USAGE, bench.run(List.of("dispatch-4", "dipsatch")));
        assertTrue(
                complained().contains("unknown figure: dipsatch, there are dispatch-4, "),
                complained());
        assertEquals(List.of(), measured);
        assertEquals("", printed());
    }

    @Test
    void whatCannotBeMeasuredHereIsSkippedWithItsReason() {
        assertEquals(Bench.OK, bench.run(List.of("kvm-exit")));
        assertEquals("bench: kvm-exit skipped: no /dev/kvm", printed().trim());
    }

    @Test
    void aFailureIsNamedAndTheRestGoesOn() {
        assertEquals(Bench.FAILED, bench.run(List.of("kvm-broken", "dispatch-4")));
        assertTrue(printed().startsWith("bench: kvm-broken failed: it broke"), printed());
        assertTrue(printed().contains("bench: dispatch-4 2.00 ns"), printed());
    }

    @Test
    void severalFiguresAreIsolatedFromEachOther() {
        List<String> apart = new ArrayList<>();
        Bench isolating =
                new Bench(
                        figures,
                        stream(out),
                        stream(err),
                        (figure, rounds) -> {
                            apart.add(figure + " " + rounds);
                            return figure.equals("kvm-broken") ? Bench.FAILED : Bench.OK;
                        });

        assertEquals(Bench.FAILED, isolating.run(List.of("--rounds", "9", "kvm", "dispatch-4")));
        assertEquals(List.of("kvm-broken 9", "dispatch-4 9"), apart);
        assertEquals(List.of(), measured);
        assertEquals("bench: kvm-exit skipped: no /dev/kvm", printed().trim());

        assertEquals(Bench.OK, isolating.run(List.of("dispatch-4")));
        assertEquals(List.of("dispatch-4"), measured);
    }

    @ParameterizedTest
    @ValueSource(strings = {"6", "-1", "many", ""})
    void fewerRoundsThanSevenAreRefused(String rounds) {
        assertEquals(Bench.USAGE, bench.run(List.of("--rounds", rounds)));
        assertTrue(complained().contains("--rounds wants a number, at least 7"), complained());
        assertEquals(List.of(), measured);
    }

    @Test
    void aBackendNamesItsFigures() {
        bench.run(List.of("--list", "--backend", "kvm"));
        assertEquals(List.of("kvm-exit  a test", "kvm-broken  a test"), printed().lines().toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"sim", "dispatch", ""})
    void aBackendWithoutFiguresIsRefused(String backend) {
        assertEquals(Bench.USAGE, bench.run(List.of("--backend", backend)));
        assertTrue(complained().contains("--backend wants one of acrn, kvm"), complained());
        assertEquals(List.of(), measured);
    }

    @Test
    void aLineThatIsMissingHasItsReason() {
        bench.run(List.of("dispatch-4-more"));
        assertEquals("bench: dispatch-4-more-c skipped: no C", printed().lines().toList().get(1));
    }

    @Test
    void roundsWithoutANumberAreRefused() {
        assertEquals(Bench.USAGE, bench.run(List.of("--rounds")));
    }

    @Test
    void anUnknownOptionIsRefused() {
        assertEquals(Bench.USAGE, bench.run(List.of("--fast")));
        assertTrue(complained().contains("unknown option: --fast"), complained());
    }

    @Test
    void aListMeasuresNothing() {
        assertEquals(Bench.OK, bench.run(List.of("--list", "kvm")));
        assertEquals(2, printed().lines().count());
        assertEquals(List.of(), measured);
    }

    @Test
    void theNamesOfAllFiguresAreKnown() throws IOException {
        try (Figures figures = new Figures()) {
            assertEquals(
                    List.of(
                            "dispatch-4",
                            "dispatch-64",
                            "dispatch-1024",
                            "dispatch-memory-4",
                            "dispatch-memory-1024",
                            "dispatch-mixed-64",
                            "dispatch-mixed-1024",
                            "dispatch-mixed-memory-1024",
                            "dispatch-flat",
                            "dispatch-alloc",
                            "dispatch-qemu",
                            "kvm-exit",
                            "kvm-exit-qemu",
                            "kvm-exit-memory",
                            "kvm-posted-pair",
                            "blk-backend-read",
                            "blk-backend-write",
                            "blk-backend-read-large",
                            "blk-backend-write-large",
                            "blk-cost",
                            "blk-random-1",
                            "blk-random-32",
                            "blk-read-1",
                            "blk-read-32",
                            "blk-write-1",
                            "blk-write-32",
                            "blk-mmio-random-1",
                            "blk-mmio-random-32",
                            "qtest",
                            "acrn-port",
                            "acrn-four",
                            "acrn-polling",
                            "acrn-doorbell",
                            "acrn-ioctl"),
                    figures.all().stream().map(Figure::name).toList());
        }
    }

    private final class Fake implements Figure {
        private final String name;
        private final String missing;

        Fake(String name, String missing) {
            this.name = name;
            this.missing = missing;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public String about() {
            return "a test";
        }

        @Override
        public String missing() {
            return missing;
        }

        @Override
        public List<String> gaps() {
            return name.endsWith("more") ? List.of(name + "-c skipped: no C") : List.of();
        }

        @Override
        public List<Comparison> measure(int rounds, Consumer<String> progress) throws IOException {
            measured.add(name);
            progress.accept("working");
            if (name.equals("kvm-broken")) {
                throw new IOException("it broke");
            }
            double[] ours = {2};
            double[] theirs = {1};
            return List.of(new Comparison(name, "ns", "one", ours, theirs));
        }
    }
}
