package io.trapline.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.linux.EventThreads.Event;
import java.lang.ref.Reference;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Event descriptors with a thread each: eventfd(2) and epoll(7) as they are. */
class EventThreadsTest {
    private final EventThreads threads = new EventThreads("test-events");
    private final BlockingQueue<Thread> told = new LinkedBlockingQueue<>();
    private final Semaphore stuck = new Semaphore(0);
    private final Semaphore end = new Semaphore(0);

    @AfterEach
    void end() {
        end.release(100);
        threads.close();
    }

    private Event add() {
        return threads.add(() -> told.add(Thread.currentThread()));
    }

    /** One whose listener does not come back before the test is over. */
    private Event addStuck() {
        return threads.add(
                () -> {
                    stuck.release();
                    end.acquireUninterruptibly();
                });
    }

    private static void signal(Event event) {
        Block one = new Block(Long.BYTES);
        one.bytes.putLong(0, 1);
        assertEquals(Long.BYTES, Libc.write(event.fd(), one.address(), Long.BYTES));
        Reference.reachabilityFence(one);
    }

    private Thread thread() throws InterruptedException {
        return told.poll(60, TimeUnit.SECONDS);
    }

    private void awaitStuck() throws InterruptedException {
        assertTrue(stuck.tryAcquire(60, TimeUnit.SECONDS));
    }

    @Test
    void tellsEachOnAThreadOfItsOwn() throws Exception {
        Event first = add();
        Event second = add();
        signal(first);
        Thread one = thread();
        signal(second);
        Thread other = thread();
        assertNotSame(one, other);
        assertEquals("test-events-0", one.getName());
        signal(first);
        assertSame(one, thread());
    }

    @Test
    void tellsOneWhileAnotherDoesNotComeBack() throws Exception {
        signal(addStuck());
        awaitStuck();
        signal(add());
        assertEquals("test-events-1", thread().getName());
    }

    @Test
    void givesTheThreadOfOneThatIsClosedToTheNext() throws Exception {
        for (int i = 0; i < 10; i++) {
            Event event = add();
            event.close();
            event.close();
        }
        signal(add());
        assertEquals("test-events-0", thread().getName());
        signal(add());
        assertEquals("test-events-1", thread().getName());
    }

    @Test
    void givesAThreadToNobodyBeforeItComesBack() throws Exception {
        Event lost = addStuck();
        signal(lost);
        awaitStuck();
        lost.close();
        signal(add());
        assertEquals("test-events-1", thread().getName());
    }

    /** Its thread had the signal already, and went on only after it was closed. */
    @Test
    void givesAThreadToOneWhereASignalComesLate() throws Exception {
        Event event = add();
        event.close();
        event.tell();
        assertTrue(told.isEmpty());
        signal(addStuck());
        awaitStuck();
        signal(add());
        assertEquals("test-events-1", thread().getName());
    }

    @Test
    void opensNoneOnceClosed() {
        Event event = add();
        threads.close();
        threads.close();
        assertNull(add());
        event.close();
        assertFalse(told.iterator().hasNext());
    }
}
