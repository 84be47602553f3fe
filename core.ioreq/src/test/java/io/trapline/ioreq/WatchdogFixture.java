package io.trapline.ioreq;

import io.trapline.hypervisor.IoRequestSlot;
import io.trapline.machine.MachineEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * DESIGN section 5, "Watchdog". There are no deadlines but those that a test lets come: a look is a second, a
 * device is slow after one and hung after five.
 */
abstract class WatchdogFixture {
    static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    final ByHand hands = new ByHand();
    final Trap trap = new Trap();
    private final List<Trap> traps = new ArrayList<>(List.of(trap));
    private final List<Thread> threads = new ArrayList<>();
    TestMachine test;

    @BeforeEach
    void start() throws Exception {
        begin(SECOND, 5 * SECOND);
    }

    void begin(long slow, long hung) throws IOException {
        test = new TestMachine(TestMachine.spec(3, slow, hung), hands);
    }

    @AfterEach
    void end() throws Exception {
        traps.forEach(Trap::open);
        for (Thread thread : threads) {
            thread.join();
        }
        test.machine.patience(new Patience(Patience.FOR_EVER, Patience.FOR_EVER));
        test.close();
    }

    Trap trap() {
        Trap another = new Trap();
        traps.add(another);
        return another;
    }

    Thread thread(Runnable task) {
        Thread thread = new Thread(task);
        threads.add(thread);
        thread.start();
        return thread;
    }

    /** Has a vCPU enter a handler that hangs. */
    Thread enter(int vcpu, int port, Trap in) {
        Thread thread = thread(() -> send(vcpu, port));
        in.awaitCaught();
        return thread;
    }

    void send(int vcpu, int port) {
        test.vm.send(vcpu, IoRequestSlot.PORTIO, IoRequestSlot.READ, port, 1, 0);
    }

    long in(int vcpu, int port) {
        send(vcpu, port);
        return test.vm.answer(vcpu);
    }

    TestDevice hanging() {
        return TestDevice.at(0x100).reads(offset -> trap.enter(0x77));
    }

    void look(int times) {
        for (int i = 0; i < times; i++) {
            hands.expire(0);
        }
    }

    /** What a look sees first counts from there. */
    void seconds(int seconds) {
        look(1 + seconds);
    }

    List<String> told(String device) {
        return test.events.stream()
                .filter(e -> e.subject().equals(device))
                .map(MachineEvent::detail)
                .toList();
    }

    List<String> slow(String device) {
        return told(device).stream().filter(d -> d.startsWith("is slow")).toList();
    }

    /** As many workers as there is work for, some of which may wait for each other. */
    void severalWorkersUntil(BooleanSupplier reached) {
        Await.until(
                "workers have come so far",
                () -> {
                    boolean there = reached.getAsBoolean();
                    if (!there && !hands.idle()) {
                        thread(hands::run);
                    }
                    return there;
                });
    }

    void inspect(String device) {
        try {
            test.machine.inspect(device);
        } catch (IllegalStateException e) {
            // it did not show itself within the patience that there is
        }
    }

    /** Does something that waits for what workers do. */
    void workers(Runnable waits) {
        Thread thread = thread(waits);
        Await.until(
                "it is done",
                () -> {
                    hands.run();
                    return !thread.isAlive();
                });
        hands.run(); // what it posted last
    }

    /** Plugs a device in when that waits for workers. */
    Plug plugged(String client, String name, TestDevice device) {
        Plug[] plug = {null};
        workers(() -> plug[0] = test.plugAt(client, name, device));
        return plug[0];
    }
}
