package io.trapline.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is left of a long sequence. */
class ShrinkerTest {
    private static final Command SELECT = Command.out(0x3FB, 0x80);
    private static final Command READ = Command.in(0x3F8);

    @Test
    void onlyWhatMattersIsLeftAndEachValueIsSimple() {
        Random random = new Random(7);
        List<Command> failing = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            failing.add(i == 123 ? SELECT.with(0xFF) : Command.out(0x3FF, random.nextInt(256)));
        }
        failing.add(READ);

        List<Command> shortest = new Shrinker(ShrinkerTest::fails, 1000).shrink(failing);

        assertEquals(List.of(SELECT, READ), shortest);
    }

    private static boolean fails(List<Command> commands) {
        boolean selected = false;
        for (Command command : commands) {
            if (command.write() && command.port() == SELECT.port()) {
                selected = (command.value() & SELECT.value()) != 0;
            } else if (selected && command.equals(READ)) {
                return true;
            }
        }
        return false;
    }

    @Test
    void whatNeverFailsAgainStaysAsItIs() {
        List<Command> once = List.of(SELECT, READ);

        assertEquals(once, new Shrinker(commands -> false, 1000).shrink(once));
    }
}
