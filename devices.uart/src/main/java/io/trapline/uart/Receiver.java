package io.trapline.uart;

import io.trapline.device.Timers;
import io.trapline.uart.UartRegister.Fcr;
import io.trapline.uart.UartRegister.Lsr;

/** PC16550D (June 1995), §8.3, §8.4, §8.10: the receiver FIFO, its part of LSR, and the character time-out. */
final class Receiver {
    private static final int[] TRIGGER_LEVELS = {1, 4, 8, 14}; // §8.4

    private final Timers timers;
    private final Timers.Timer timer;
    private final Runnable changed;
    private final Fifo fifo = new Fifo();
    private int fcr;
    private int status; // LSR bits 0 to 4, and 7
    private boolean timedOut;
    private long moved; // when a character last came into the FIFO or was read from it
    private long patience; // four character times, nanoseconds

    /**
     * A receiver with nothing in it.
     *
     * @param timers the machine's time
     * @param changed called when the time-out interrupt comes
     */
    Receiver(Timers timers, Runnable changed) {
        this.timers = timers;
        this.timer = timers.timer(this::silent);
        this.changed = changed;
    }

    /** LSR bits 0 to 4, and 7. */
    int status() {
        return status;
    }

    /** What a read would give. */
    int peek() {
        return fifo.peek(0) & 0xFF;
    }

    int size() {
        return fifo.size();
    }

    int triggerLevel() {
        return TRIGGER_LEVELS[fcr >> 6];
    }

    boolean triggered() {
        return fifo.size() >= triggerLevel();
    }

    boolean timedOut() {
        return timedOut;
    }

    boolean hasRoom() {
        return fifo.size() < depth();
    }

    private boolean fifos() {
        return (fcr & Fcr.ENABLE) != 0;
    }

    /** Without FIFOs RBR is all there is. */
    private int depth() {
        return fifos() ? Fifo.LENGTH : 1;
    }

    /** Takes over what FCR says; the caller clears the FIFO where that is due. */
    void control(int newFcr) {
        fcr = newFcr;
    }

    /** §8.4, bit 1. */
    void clear() {
        fifo.clear();
        status &= ~(Lsr.DR | Lsr.ERROR_IN_FIFO);
        timedOut = false;
        timer.cancel();
    }

    void reset() {
        clear();
        status = 0;
        moved = timers.now();
    }

    /** A character from the line, with error bits above its byte. §8.3: an overrun loses it, or RBR's. */
    void receive(int character) {
        if (!hasRoom()) {
            status |= Lsr.OE;
            if (fifos()) {
                return;
            }
            fifo.clear();
        }
        fifo.put(character);
        status |= Lsr.DR;
        if (fifo.size() == 1) {
            reveal();
        }
        if (character > 0xFF && fifos()) {
            status |= Lsr.ERROR_IN_FIFO;
        }
        restartTimeOut();
    }

    /** The next character; 0 if there is none. */
    int take() {
        int character = fifo.take() & 0xFF;
        timedOut = false;
        if (fifo.isEmpty()) {
            status &= ~Lsr.DR;
        } else {
            reveal();
        }
        restartTimeOut();
        return character;
    }

    /** §8.3: a character's errors show when it is at the top of the FIFO. */
    private void reveal() {
        status |= fifo.peek(0) >> 8 & Lsr.OF_A_CHARACTER;
    }

    /** §8.3: reading LSR clears the error bits, and bit 7 if no error follows in the FIFO. */
    void clearErrors() {
        int later = 0;
        for (int place = 1; place < fifo.size(); place++) {
            later |= fifo.peek(place) >> 8;
        }
        status &= ~(later == 0 ? Lsr.CLEARED_BY_READ | Lsr.ERROR_IN_FIFO : Lsr.CLEARED_BY_READ);
    }

    // ---- Character time-out, §8.10

    /** Four character times, whenever the line's format changes. */
    void patience(long nanos) {
        patience = nanos;
        if (timer.armed()) {
            timer.at(moved + patience);
        }
    }

    /** It counts from the last character that came or was read. */
    private void restartTimeOut() {
        if (fifos()) {
            moved = timers.now();
            if (!fifo.isEmpty() && !timedOut && !timer.armed()) {
                timer.at(moved + patience);
            }
        }
    }

    /** The timer's task. It is not armed anew with each character, so it may come early. */
    private void silent() {
        if (fifos() && !fifo.isEmpty() && !timedOut) {
            if (timers.now() < moved + patience) {
                timer.at(moved + patience);
            } else {
                timedOut = true;
                changed.run();
            }
        }
    }

    // ---- State

    /**
     * What a successor needs to go on.
     *
     * @param characters in the FIFO, oldest first, with their error bits
     * @param status LSR bits 0 to 4, and 7
     * @param timedOut whether the time-out interrupt is pending
     * @param moved when a character last moved, nanoseconds of machine time
     */
    record State(int[] characters, int status, boolean timedOut, long moved) {}

    State save() {
        return new State(fifo.toArray(), status, timedOut, moved);
    }

    /** Goes on as FCR says; the time-out comes when it would have come. */
    void restore(State state, int newFcr) {
        fcr = newFcr;
        fifo.fill(state.characters());
        status = state.status();
        timedOut = state.timedOut();
        moved = state.moved();
        timer.cancel();
        if (fifos() && !fifo.isEmpty() && !timedOut) {
            timer.at(moved + patience);
        }
    }
}
