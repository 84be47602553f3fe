package io.trapline.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The command {@code trapline bench}: prints one line a figure on standard output, progress on standard error. */
public final class Bench {
    /** Everything asked for was measured or skipped with a reason. */
    static final int OK = 0;

    /** A measurement failed. */
    static final int FAILED = 1;

    /** The command line makes no sense. */
    static final int USAGE = 2;

    private static final int DEFAULT_ROUNDS = 11;
    private static final int FEWEST_ROUNDS = 7;

    /** With figures whose names begin so. */
    private static final List<String> BACKENDS = List.of("acrn", "kvm");

    private static final String HELP =
            """
            usage: trapline bench [--backend B] [--rounds N] [--list] [NAME...]
              NAME         a figure, or the beginning of several figures' names; none: all
              --backend B  only the figures of a backend, acrn or kvm
              --rounds N   rounds in which we and the yardstick take turns, at least 7 (default 11)
              --list       names the figures, measures nothing
            """;

    private final List<Figure> figures;
    private final PrintStream out;
    private final PrintStream err;

    private final Isolation isolation;

    /** Runs one figure apart from the others; the exit status. */
    @FunctionalInterface
    interface Isolation {
        int run(String figure, int rounds) throws IOException, InterruptedException;
    }

    /**
     * A bench.
     *
     * @param isolation for the figures where there are several; null: all run here
     */
    Bench(List<Figure> figures, PrintStream out, PrintStream err, Isolation isolation) {
        this.figures = figures;
        this.out = out;
        this.err = err;
        this.isolation = isolation;
    }

    /**
     * Runs and exits.
     *
     * @param arguments {@code [--backend B] [--rounds N] [--list] [NAME...]}
     */
    public static void main(String[] arguments) throws IOException {
        int status;
        try (Figures figures = new Figures()) {
            Bench bench = new Bench(figures.all(), System.out, System.err, Bench::fork);
            status = bench.run(List.of(arguments));
        }
        System.exit(status);
    }

    /**
     * Runs a figure in a process of its own, a copy of this one. What the compiler has learnt from one figure
     * would change the next: no figure shall depend on what else was asked for.
     */
    private static int fork(String figure, int rounds) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(Bench.class.getName(), "--rounds", "" + rounds, figure));
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }

    /** Runs; the exit status. */
    int run(List<String> arguments) {
        List<String> names = new ArrayList<>();
        int rounds = DEFAULT_ROUNDS;
        boolean list = false;
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            switch (argument) {
                case "--help", "-h" -> {
                    out.print(HELP);
                    return OK;
                }
                case "--list" -> list = true;
                case "--backend" -> {
                    String backend = i + 1 < arguments.size() ? arguments.get(++i) : "";
                    if (!BACKENDS.contains(backend)) {
                        return usage("--backend wants one of " + String.join(", ", BACKENDS));
                    }
                    names.add(backend + "-");
                }
                case "--rounds" -> {
                    rounds = i + 1 < arguments.size() ? number(arguments.get(++i)) : 0;
                    if (rounds < FEWEST_ROUNDS) {
                        return usage("--rounds wants a number, at least " + FEWEST_ROUNDS);
                    }
                }
                default -> {
                    if (argument.startsWith("-")) {
                        return usage("unknown option: " + argument);
                    }
                    names.add(argument);
                }
            }
        }
        Set<Figure> chosen = new LinkedHashSet<>();
        for (String name : names) {
            if (!choose(name, chosen)) {
                return usage("unknown figure: " + name + ", there are " + names());
            }
        }
        if (names.isEmpty()) {
            chosen.addAll(figures);
        }
        if (list) {
            chosen.forEach(figure -> out.println(figure.name() + "  " + figure.about()));
            return OK;
        }
        return measure(chosen, rounds);
    }

    /** The figure of that name, else all whose names begin so. */
    private boolean choose(String name, Set<Figure> chosen) {
        List<Figure> found = figures.stream().filter(f -> f.name().equals(name)).toList();
        if (found.isEmpty()) {
            found = figures.stream().filter(f -> f.name().startsWith(name)).toList();
        }
        chosen.addAll(found);
        return !found.isEmpty();
    }

    private int measure(Set<Figure> chosen, int rounds) {
        int status = OK;
        for (Figure figure : chosen) {
            String name = figure.name();
            String missing = figure.missing();
            if (missing != null) {
                out.println("bench: " + name + " skipped: " + missing);
                continue;
            }
            try {
                if (isolation != null && chosen.size() > 1) {
                    status = Math.max(status, isolation.run(name, rounds));
                    continue;
                }
                err.println(name + ": " + figure.about());
                for (Comparison comparison :
                        figure.measure(rounds, line -> err.println(name + ": " + line))) {
                    out.println(comparison.line());
                }
                figure.gaps().forEach(gap -> out.println("bench: " + gap));
            } catch (IOException e) {
                out.println("bench: " + name + " failed: " + e.getMessage());
                status = FAILED;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return FAILED;
            }
        }
        return status;
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private String names() {
        return figures.stream().map(Figure::name).collect(Collectors.joining(", "));
    }

    private int usage(String message) {
        err.println("trapline bench: " + message);
        err.print(HELP);
        return USAGE;
    }
}
