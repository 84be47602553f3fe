package io.trapline.uart;

import io.trapline.device.Timers;
import io.trapline.uart.UartRegister.Lsr;

/**
 * PC16550D (June 1995), §8.3 bits 5 and 6, §8.10: THR or the transmitter FIFO, the shift register behind it, their
 * part of LSR, and the THRE interrupt, which is a latch.
 *
 * <p>A <em>timed</em> character leaves the shift register when its bits have had their time, an <em>instant</em> one
 * at once; what the line then refuses stays there, and so TEMT stays low.
 */
final class Transmitter {
    private static final int NONE = -1; // nothing in the shift register
    private static final int LOST = 1 << 8; // above a character that a break garbles
    private static final long NEVER = Long.MAX_VALUE;

    private final Timers timers;
    private final Timers.Timer timer;
    private final LineFormat format;
    private final boolean timed;
    private final Line line;
    private final Fifo fifo = new Fifo();
    private int depth = 1;
    private int shift = NONE;
    private long due; // when the shift register has sent what is in it
    private boolean held; // it has, but the line had no room
    private boolean empty = true; // THRE
    private long indication = NEVER; // when THRE will rise, if that is delayed
    private boolean pair; // two in the FIFO since THRE was last set
    private boolean interrupt;
    private boolean breaking;

    /** SOUT. */
    @FunctionalInterface
    interface Line {
        /**
         * Takes a character.
         *
         * @param at when its last bit was sent, nanoseconds of machine time; means nothing if it takes no time
         * @return false: there is no room
         */
        boolean send(int character, long at);
    }

    /**
     * A transmitter with nothing in it.
     *
     * @param timers the machine's time
     * @param format how long a character takes
     * @param timed whether it does
     * @param line where characters go
     * @param moment the timer's task, which calls {@link #advance}
     */
    Transmitter(Timers timers, LineFormat format, boolean timed, Line line, Runnable moment) {
        this.timers = timers;
        this.timer = timers.timer(moment);
        this.format = format;
        this.timed = timed;
        this.line = line;
    }

    /** LSR bits 5 and 6. */
    int status() {
        return empty ? shift == NONE ? Lsr.THRE | Lsr.TEMT : Lsr.THRE : 0;
    }

    /** Whether the THRE interrupt is latched. */
    boolean interrupt() {
        return interrupt;
    }

    boolean timed() {
        return timed;
    }

    /** The character to be sent next; 0 if there is none. */
    int peek() {
        return fifo.peek(0);
    }

    int size() {
        return fifo.size();
    }

    /** Whether there is something in the shift register. */
    boolean shifting() {
        return shift != NONE;
    }

    // ---- The guest's side

    /** THR is written. Table IV: that clears the interrupt. What the FIFO has no room for is lost. */
    void accept(int character) {
        interrupt = false;
        empty = false;
        indication = NEVER;
        if (depth == 1) {
            fifo.clear();
        }
        if (fifo.size() < depth) {
            fifo.put(character);
        }
        pair |= fifo.size() > 1;
    }

    /** §8.4, bits 0 and 2; the shift register goes on. §8.10: the interrupt after changing FCR0 is immediate. */
    void control(boolean fifos, boolean cleared) {
        depth = fifos ? Fifo.LENGTH : 1;
        if (cleared) {
            fifo.clear();
            indicate();
        }
    }

    /** §8.6: enabling the interrupt while THR is empty raises it at once. */
    void enableInterrupt() {
        interrupt |= empty;
    }

    /** Table IV: reading IIR clears the interrupt that it reports. */
    void clearInterrupt() {
        interrupt = false;
    }

    /** §8.1, bit 6: the line is held; the transmitter goes on, and nobody can read what it sends. */
    void breaking(boolean on) {
        breaking = on;
        if (on && shift != NONE && !held) {
            shift |= LOST;
        }
    }

    // ---- The line's side

    /** Whether time allows something that the timer has not done yet. */
    boolean overdue() {
        return timed && timer.armed() && timer.deadline() <= timers.now();
    }

    /** Sends what time and the line allow. */
    void advance() {
        long now = timed ? timers.now() : 0;
        if (shift == NONE) {
            load(now);
        }
        while (shift != NONE && due <= now) {
            if (indication != NEVER) {
                indicate(); // it comes before the character's end
            }
            long at = held ? now : due; // a timer that comes late delays nothing
            held = (shift & LOST) == 0 && !line.send(shift, at);
            if (held) {
                break;
            }
            shift = NONE;
            load(at);
        }
        if (indication <= now) {
            indicate();
        }
        arm();
    }

    /** §8.10: THRE is delayed where fewer than two characters were in the FIFO since it was last set. */
    private void load(long start) {
        if (fifo.isEmpty()) {
            return;
        }
        shift = fifo.take() | (breaking ? LOST : 0);
        due = timed ? start + format.characters(1) : 0;
        if (fifo.isEmpty()) {
            if (timed && depth > 1 && !pair) {
                indication = due - format.bit();
            } else {
                indicate();
            }
        }
    }

    private void indicate() {
        indication = NEVER;
        empty = true;
        pair = false;
        interrupt = true;
    }

    private void arm() {
        if (timed) {
            if (indication != NEVER) {
                timer.at(indication);
            } else if (shift != NONE && !held) {
                timer.at(due);
            } else {
                timer.cancel();
            }
        }
    }

    // ---- Reset and state

    void reset() {
        timer.cancel();
        fifo.clear();
        depth = 1;
        shift = NONE;
        held = false;
        empty = true;
        indication = NEVER;
        pair = false;
        interrupt = false;
    }

    /**
     * What a successor needs to go on; times are nanoseconds of machine time.
     *
     * @param characters in THR or the FIFO, oldest first
     * @param shift what is in the shift register: a byte, and bit 8 if a break garbles it; -1: nothing
     * @param due when it will have been sent; 0 if there is nothing, or it has been
     * @param held whether it has been, but the line had no room
     * @param empty THRE
     * @param indication when THRE will rise, if that is delayed; else 0
     * @param pair whether two were in the FIFO since THRE was last set
     * @param interrupt whether the THRE interrupt is latched
     */
    record State(
            int[] characters,
            int shift,
            long due,
            boolean held,
            boolean empty,
            long indication,
            boolean pair,
            boolean interrupt) {
        static final int LEAST_SHIFT = NONE, MOST_SHIFT = LOST | 0xFF;
    }

    State save() {
        return new State(
                fifo.toArray(),
                shift,
                shift == NONE || held ? 0 : due,
                held,
                empty,
                indication == NEVER ? 0 : indication,
                pair,
                interrupt);
    }

    /**
     * Goes on with what its predecessor had not sent, once {@link #advance} is called.
     *
     * @param state the predecessor's
     * @param fifos FCR bit 0
     * @param shifted what to add to its times
     */
    void restore(State state, boolean fifos, long shifted) {
        reset();
        depth = fifos ? Fifo.LENGTH : 1;
        fifo.fill(state.characters());
        shift = state.shift();
        due = timed && !state.held() ? Math.max(state.due() + shifted, 0) : 0;
        held = state.held();
        empty = state.empty();
        pair = state.pair();
        interrupt = state.interrupt();
        if (state.indication() != 0) {
            indication = timed ? Math.max(state.indication() + shifted, 1) : 0; // 0: none
            due = Math.max(due, indication); // it comes before the character's end
        }
    }
}
