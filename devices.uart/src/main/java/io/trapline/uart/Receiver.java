package io.trapline.uart;

import io.trapline.device.Timers;
import io.trapline.uart.UartRegister.Fcr;
import io.trapline.uart.UartRegister.Lsr;

/** PC16550D (June 1995), §8.3, §8.4, §8.10: the receiver FIFO, its part of LSR, and the character time-out. */
final class Receiver {
    private static final int[] TRIGGER_LEVELS = {1, 4, 8, 14}; // §8.4
    private static final int TIME_OUT_CHARACTERS = 4; // §8.10

    private final Timers timers;
    private final Timers.Timer timer;
    private final LineFormat format;
    private final Fifo fifo = new Fifo();
    private int fcr;
    private int rbr; // without FIFOs, the last character: it can be read again
    private int status; // LSR bits 0 to 4, and 7
    private boolean timedOut;
    private long deadline; // of the time-out, while FIFOs are on and hold something

    /**
     * A receiver with nothing in it.
     *
     * @param timers the machine's time
     * @param format how long a character takes
     * @param moment the timer's task, which calls {@link #advance}
     */
    Receiver(Timers timers, LineFormat format, Runnable moment) {
        this.timers = timers;
        this.timer = timers.timer(moment);
        this.format = format;
    }

    /** LSR bits 0 to 4, and 7. */
    int status() {
        return status;
    }

    /** What a read would give. */
    int peek() {
        return fifos() ? fifo.peek(0) & 0xFF : rbr;
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
        rbr = 0;
        deadline = 0;
    }

    /**
     * A character from the line. §8.3: an overrun loses it, or RBR's.
     *
     * @param character its byte, with error bits above it
     * @param at when it came, nanoseconds of machine time: before now, if time is being caught up with
     */
    void receive(int character, long at) {
        expire(at);
        if (!hasRoom()) {
            status |= Lsr.OE;
            if (fifos()) {
                restartTimeOut(at);
                return;
            }
            fifo.clear();
        }
        fifo.put(character);
        status |= Lsr.DR;
        if (fifo.size() == 1) {
            reveal();
        }
        if (!fifos()) {
            rbr = character & 0xFF;
        } else if (character > 0xFF) {
            status |= Lsr.ERROR_IN_FIFO;
        }
        restartTimeOut(at);
    }

    /** The next character; if there is none, 0 of an empty FIFO, or RBR's once more. */
    int take() {
        int character = peek();
        fifo.take();
        timedOut = false;
        if (fifo.isEmpty()) {
            status &= ~Lsr.DR;
        } else {
            reveal();
        }
        restartTimeOut(timers.now());
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

    private boolean waiting() {
        return fifos() && !fifo.isEmpty() && !timedOut;
    }

    /** It counts from the last character that came, even one too many, or was read. */
    private void restartTimeOut(long from) {
        if (fifos() && !fifo.isEmpty()) {
            deadline = from + format.characters(TIME_OUT_CHARACTERS);
            if (!timedOut && !(timer.armed() && timer.deadline() <= deadline)) {
                timer.at(deadline);
            }
        }
    }

    private void expire(long by) {
        timedOut |= waiting() && deadline <= by;
    }

    /** Whether time allows something that the timer has not done yet. */
    boolean overdue() {
        return waiting() && deadline <= timers.now();
    }

    /** Does what time allows. The timer is not armed anew with each character, so it may come early. */
    void advance() {
        expire(timers.now());
        if (waiting() && !timer.armed()) {
            timer.at(deadline);
        }
    }

    // ---- State

    /**
     * What a successor needs to go on.
     *
     * @param characters in the FIFO, oldest first, with their error bits
     * @param rbr without FIFOs, the last character
     * @param status LSR bits 0 to 4, and 7
     * @param timedOut whether the time-out interrupt is pending
     * @param deadline when it comes if nothing moves, nanoseconds of machine time; 0: it does not
     */
    record State(int[] characters, int rbr, int status, boolean timedOut, long deadline) {}

    State save() {
        return new State(fifo.toArray(), rbr, status, timedOut, waiting() ? deadline : 0);
    }

    /**
     * Goes on once {@link #advance} is called; the time-out comes when it would have come.
     *
     * @param state the predecessor's
     * @param newFcr FCR
     * @param shifted what to add to its times
     */
    void restore(State state, int newFcr, long shifted) {
        fcr = newFcr;
        fifo.fill(state.characters());
        rbr = state.rbr();
        status = state.status();
        timedOut = state.timedOut();
        deadline = Math.max(state.deadline() + shifted, 0);
        timer.cancel();
    }
}
