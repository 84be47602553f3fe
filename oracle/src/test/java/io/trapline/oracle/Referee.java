package io.trapline.oracle;

import io.trapline.oracle.Reply.Edge;
import java.util.List;

/**
 * Follows one sequence from its first command on, and says of each whether it is legal, and whether the two replies to
 * it agree. All it knows comes from the commands and QEMU's replies, so that it judges any part of a sequence alike.
 */
interface Referee {
    /** Whether paper allows this command here, and no exclusion avoids it. Asked before {@link #judge}. */
    boolean legal(Command command);

    /**
     * Looks at a command and what was said to it.
     *
     * @return what ours should say
     */
    Expected judge(Command command, Reply qemu);

    /** The register that a command reaches, as the datasheet calls it, before the command is judged. */
    String register(Command command);

    /**
     * @param value what a read gives, after the mask; -1: any
     * @param mask the bits that are looked at
     * @param edges of the device's interrupt line
     */
    record Expected(int value, int mask, List<Edge> edges) {}
}
