package io.trapline.bench;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/** What a guest needs for something, with us and with a yardstick, in turns. */
abstract class TurnsFigure implements Figure {
    private final String name;
    private final String about;

    TurnsFigure(String name, String about) {
        this.name = name;
        this.about = about;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final String about() {
        return about;
    }

    @Override
    public final List<Comparison> measure(int rounds, Consumer<String> progress)
            throws IOException, InterruptedException {
        prepare(progress);
        Turns turns = Turns.play(rounds, this::ours, this::theirs, progress);
        return List.of(turns.compared(name, "ns", yardstick()));
    }

    /** What comes before the first round. */
    abstract void prepare(Consumer<String> progress) throws IOException, InterruptedException;

    /** Nanoseconds, the median of our batches. */
    abstract double ours() throws IOException, InterruptedException;

    /** The same of the yardstick. */
    abstract double theirs() throws IOException, InterruptedException;

    /** What it is compared with; asked at the end. */
    abstract String yardstick();
}
