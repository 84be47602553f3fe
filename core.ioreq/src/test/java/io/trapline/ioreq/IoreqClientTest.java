package io.trapline.ioreq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.trapline.machine.ClientMode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** DESIGN section 2, "A client is a baton": one at a time, nothing left behind, in order. */
class IoreqClientTest {
    private final List<String> log = new ArrayList<>();

    private Work work(String name) {
        return work(name, () -> {});
    }

    private Work work(String name, Runnable more) {
        return new Work() {
            @Override
            void run(IoreqClient client) {
                log.add(name);
                more.run();
            }
        };
    }

    @Test
    void runsWhatComesMeanwhileInOrderAfterwards() {
        IoreqClient client = new IoreqClient("c", Runnable::run);
        client.submit(
                work(
                        "first",
                        () -> {
                            client.submit(work("second"));
                            client.post(work("third", () -> client.submit(work("fifth"))));
                            client.post(work("fourth"));
                            log.add("first ends");
                        }));

        assertEquals(List.of("first", "first ends", "second", "third", "fourth", "fifth"), log);
        assertEquals(0, client.waiting());
    }

    @Test
    void givesABorrowedThreadBackAfterAWhile() {
        ByHand hands = new ByHand();
        IoreqClient client = new IoreqClient("c", hands);
        client.submit(
                work(
                        "mine",
                        () -> {
                            for (int i = 0; i < 200; i++) {
                                client.post(work("other"));
                            }
                        }));
        assertEquals(1 + 64, log.size());
        hands.run();
        assertEquals(1 + 200, log.size());
        assertEquals(0, client.waiting());
    }

    @Test
    void runsNothingOfOthersForWhoRunsSomethingAlone() {
        ByHand hands = new ByHand();
        IoreqClient client = new IoreqClient("c", hands);
        client.runAlone(work("mine", () -> client.submit(work("another's"))));
        assertEquals(List.of("mine"), log);
        client.runAlone(work("behind"));
        assertEquals(List.of("mine"), log, "the baton is not free");
        hands.run();

        assertEquals(List.of("mine", "another's", "behind"), log);
        assertEquals(0, client.waiting());
    }

    @Test
    void leavesWorkThatIsPostedToAWorker() {
        ByHand hands = new ByHand();
        IoreqClient client = new IoreqClient("c", hands);
        client.post(work("posted"));
        assertEquals(List.of(), log);
        hands.run();
        assertEquals(List.of("posted"), log);
    }

    @Test
    void passesOnWhatACallThrows() {
        IoreqClient client = new IoreqClient("c", Runnable::run);
        assertThrows(
                java.io.IOException.class,
                () ->
                        client.call(
                                null,
                                () -> {
                                    throw new java.io.IOException("disk");
                                },
                                1_000_000_000L));
        assertThrows(
                StackOverflowError.class,
                () ->
                        client.call(
                                null,
                                () -> {
                                    throw new StackOverflowError();
                                },
                                1_000_000_000L));
        assertEquals(0, client.waiting());
    }

    @Test
    void givesUpACallThatItCannotRunInTime() {
        ByHand hands = new ByHand();
        IoreqClient client = new IoreqClient("c", hands);
        client.post(work("keeps the baton"));
        assertThrows(
                Call.Busy.class,
                () ->
                        client.call(
                                null,
                                () -> {
                                    log.add("called");
                                    return null;
                                },
                                1));
        hands.run();
        assertEquals(List.of("keeps the baton"), log, "and never runs it later");
    }

    @Test
    void leavesItsQueueToAnHeir() {
        ByHand hands = new ByHand();
        IoreqClient hung = new IoreqClient("c", hands);
        IoreqClient heir = new IoreqClient("c", hands);
        hung.submit(
                work(
                        "hangs",
                        () -> {
                            hung.post(work("1"));
                            hung.post(work("2"));
                            hung.giveUp(heir);
                            hung.post(work("3"));
                            hands.run();
                            log.add("returns");
                        }));
        hung.submit(work("4"));
        hung.post(work("5"));
        hands.run();

        assertEquals(List.of("hangs", "1", "2", "3", "returns", "4", "5"), log);
        assertEquals(0, heir.waiting());
    }

    @Test
    void beginsNothingWhileItIsHalted() {
        ByHand hands = new ByHand();
        IoreqClient client = new IoreqClient("c", hands);
        client.submit(
                work(
                        "last",
                        () -> {
                            client.post(work("1"));
                            client.halt();
                            client.submit(work("2"));
                        }));
        client.submit(work("3"));
        hands.run();
        assertEquals(List.of("last"), log);

        client.goOn();
        hands.run();
        assertEquals(List.of("last", "1", "2", "3"), log);
        assertEquals(0, client.waiting());
    }

    @Test
    void goesOnBeforeItsHolderNoticesThatItWasHalted() {
        ByHand hands = new ByHand();
        IoreqClient client = new IoreqClient("c", hands);
        client.submit(
                work(
                        "first",
                        () -> {
                            client.post(work("1"));
                            client.halt();
                            client.goOn();
                        }));
        assertEquals(List.of("first", "1"), log, "by the thread that holds the baton");
        assertEquals(0, client.waiting());
    }

    @Test
    void isHaltedWhenItsBatonIsFree() {
        ByHand hands = new ByHand();
        IoreqClient client = new IoreqClient("c", hands);
        client.halt();
        client.submit(work("1"));
        hands.run();
        assertEquals(List.of(), log);
        client.goOn();
        hands.run();
        assertEquals(List.of("1"), log);
        client.submit(work("2"));
        assertEquals(List.of("1", "2"), log);
        assertEquals(0, client.waiting());
    }

    /** Counts without any protection but the baton's. */
    private static final class Count extends Work {
        private final int[] counter;
        volatile boolean done = true;

        Count(int[] counter) {
            this.counter = counter;
        }

        @Override
        void run(IoreqClient client) {
            counter[0]++;
            done = true;
        }
    }

    @Test
    void losesNothingWhileItsModeChangesAllTheTime() throws Exception {
        ExecutorService workers = Executors.newCachedThreadPool();
        IoreqClient client = new IoreqClient("c", workers);
        int[] counter = {0};
        int each = 20_000;
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 3; t++) {
            boolean posts = t == 2;
            Count mine = new Count(counter);
            threads.add(
                    new Thread(
                            () -> {
                                for (int i = 0; i < each; i++) {
                                    mine.done = false;
                                    if (posts) {
                                        client.post(mine);
                                    } else {
                                        client.submit(mine);
                                    }
                                    while (!mine.done) {
                                        Thread.onSpinWait();
                                        if (Thread.interrupted()) {
                                            return;
                                        }
                                        Thread.yield();
                                    }
                                }
                            }));
        }
        threads.forEach(Thread::start);
        int changes = 0;
        while (threads.stream().anyMatch(Thread::isAlive)) {
            client.mode(changes++ % 2 == 0 ? ClientMode.DEDICATED : ClientMode.INLINE);
            Thread.yield();
        }
        client.mode(ClientMode.INLINE);
        for (Thread thread : threads) {
            thread.join();
        }
        Await.until("the baton is free", () -> client.waiting() == 0);
        workers.shutdown();

        assertEquals(3 * each, counter[0], "after " + changes + " changes");
    }
}
