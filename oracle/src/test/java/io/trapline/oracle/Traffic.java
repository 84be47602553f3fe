package io.trapline.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random commands, of which only the legal ones are kept. */
abstract class Traffic {
    private static final Reply UNHEARD = new Reply("OK 0x0000", List.of());

    protected final Random random;
    private final Referee referee;
    private final int length;
    private final List<Command> commands = new ArrayList<>();

    Traffic(Random random, int length, Referee referee) {
        this.random = random;
        this.length = length;
        this.referee = referee;
    }

    List<Command> commands() {
        while (commands.size() < length) {
            act();
        }
        return List.copyOf(commands.subList(0, length));
    }

    /** One thing that a guest may do, of one or more commands. */
    protected abstract void act();

    /** Adds a command, if it is legal here. */
    protected void say(Command command) {
        if (referee.legal(command)) {
            referee.judge(command, UNHEARD);
            commands.add(command);
        }
    }

    protected int any(int bound) {
        return random.nextInt(bound);
    }

    protected boolean oneIn(int times) {
        return any(times) == 0;
    }
}
