package io.trapline.uart;

import io.trapline.uart.UartRegister.Lsr;
import java.util.function.IntPredicate;

/**
 * PC16550D (June 1995), §8.3 bits 5 and 6, §8.10: the transmitter FIFO, its part of LSR, and the THRE interrupt,
 * which is a latch. The transmitter is <em>instant</em>: a character is gone as soon as the line takes it; what the
 * line refuses stays, and THRE and TEMT stay low.
 */
final class Transmitter {
    private static final int EMPTY = Lsr.THRE | Lsr.TEMT;

    private final IntPredicate line;
    private final Fifo fifo = new Fifo();
    private int depth = 1;
    private int status = EMPTY;
    private boolean interrupt;

    /** A transmitter with nothing in it; the line is given a character and says whether it took it. */
    Transmitter(IntPredicate line) {
        this.line = line;
    }

    /** LSR bits 5 and 6. */
    int status() {
        return status;
    }

    /** Whether the THRE interrupt is latched. */
    boolean interrupt() {
        return interrupt;
    }

    /** The character to be sent next; 0 if there is none. */
    int peek() {
        return fifo.peek(0);
    }

    int size() {
        return fifo.size();
    }

    /** §8.4, bits 0 and 2. §8.10: the transmitter's interrupt after changing FCR0 is immediate. */
    void control(boolean fifos, boolean switched, boolean cleared) {
        depth = fifos ? Fifo.LENGTH : 1;
        interrupt |= switched;
        if (cleared) {
            fifo.clear();
        }
    }

    void reset() {
        fifo.clear();
        depth = 1;
        status = EMPTY;
        interrupt = false;
    }

    /** §8.6: enabling the interrupt while THR is empty raises it at once. */
    void enableInterrupt() {
        interrupt |= status == EMPTY;
    }

    /** Table IV: reading IIR clears the interrupt that it reports. */
    void clearInterrupt() {
        interrupt = false;
    }

    /** THR is written. Table IV: that clears the interrupt. What there is no room for is lost. */
    void accept(int character) {
        interrupt = false;
        status = 0;
        if (depth == 1) {
            fifo.clear();
        }
        if (fifo.size() < depth) {
            fifo.put(character);
        }
    }

    /** Sends what the line takes; once all is gone THRE and TEMT rise, and the interrupt with them. */
    void drain() {
        while (!fifo.isEmpty() && line.test(fifo.peek(0))) {
            fifo.take();
        }
        if (fifo.isEmpty() && status != EMPTY) {
            status = EMPTY;
            interrupt = true;
        }
    }

    /**
     * What a successor needs to go on.
     *
     * @param characters not sent yet, oldest first
     * @param interrupt whether the THRE interrupt is latched
     */
    record State(int[] characters, boolean interrupt) {}

    State save() {
        return new State(fifo.toArray(), interrupt);
    }

    /** Goes on with what its predecessor had not sent. */
    void restore(State state, boolean fifos) {
        depth = fifos ? Fifo.LENGTH : 1;
        fifo.fill(state.characters());
        status = fifo.isEmpty() ? EMPTY : 0;
        interrupt = state.interrupt();
    }
}
