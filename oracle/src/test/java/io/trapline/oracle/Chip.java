package io.trapline.oracle;

import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** A device that is compared: what may be said to it, and how it is judged. */
interface Chip {
    String name();

    /** Brings it from any state to the one in which each {@link #referee} begins. */
    List<Command> prologue();

    /** Legal commands, chosen so that the states worth seeing are seen. */
    List<Command> traffic(Random random, int length);

    /** A referee for one sequence after the prologue; it tells each use that it makes of an exclusion. */
    Referee referee(Consumer<Exclusion> excused);

    /** Which register a command reaches, from the first command on. */
    Decoder decoder();

    /** Names commands; {@link #follow} it with each in turn. */
    interface Decoder {
        /** The register that a command reaches, as the datasheet calls it. */
        String register(Command command);

        /** The command was carried out. */
        void follow(Command command);
    }
}
