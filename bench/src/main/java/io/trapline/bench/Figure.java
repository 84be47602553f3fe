package io.trapline.bench;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/** Something that can be measured against a yardstick. */
interface Figure {
    /** The name on the command line and, unless there are several comparisons, in the line printed. */
    String name();

    /** One line for {@code --list}: what is compared with what. */
    String about();

    /** Why it cannot be measured here; null if it can. */
    String missing();

    /**
     * Which of its lines cannot be printed here though the others can.
     *
     * @return lines such as {@code NAME skipped: REASON}
     */
    default List<String> gaps() {
        return List.of();
    }

    /**
     * Measures.
     *
     * @param rounds how often; ours and the yardstick take turns in each
     * @param progress told, now and then, a line for a human
     * @return what came out, at least one
     */
    List<Comparison> measure(int rounds, Consumer<String> progress)
            throws IOException, InterruptedException;
}
