package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.trapline.device.Board;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A device that posts the same task again: each time it runs once more, whether the last one has run or not. */
class PostedAgainTest {
    private final ByHand hands = new ByHand();
    private final List<String> ran = new ArrayList<>();
    private final Runnable one = () -> ran.add("one");
    private final Runnable two = () -> ran.add("two");
    private TestMachine test;
    private Board board;

    @BeforeEach
    void start() throws Exception {
        test = new TestMachine(1, hands);
        test.plug("disk", new TestDevice(b -> board = b));
    }

    @AfterEach
    void end() {
        test.close();
    }

    @Test
    void runsAsOftenAsItWasPosted() {
        board.post(one);
        board.post(one);
        board.post(two);
        board.post(one);
        hands.run();
        assertEquals(List.of("one", "one", "two", "one"), ran);
        board.post(one);
        hands.run();
        assertEquals(5, ran.size());
    }

    @Test
    void mayPostItself() {
        board.post(
                new Runnable() {
                    @Override
                    public void run() {
                        ran.add("again");
                        if (ran.size() < 4) {
                            board.post(this);
                        }
                    }
                });
        hands.run();
        assertEquals(List.of("again", "again", "again", "again"), ran);
    }
}
