package io.trapline.sim;

import io.trapline.hypervisor.ScriptedGuest;
import java.util.concurrent.locks.LockSupport;

/** The monitor's UART: a 16550A at COM1, polled. Offsets and bits as in PC16550D, tables I and II. */
final class MonitorConsole {
    /** The UART has gone, in the middle of anything. */
    @SuppressWarnings("serial")
    static final class Absent extends RuntimeException {
        private static final Absent INSTANCE = new Absent();

        private Absent() {
            super(null, null, false, false);
        }
    }

    // spotless:off
    private static final int COM1 = 0x3F8;
    private static final int RBR = COM1,     THR = COM1,     DLL = COM1;
    private static final int IER = COM1 + 1, DLM = COM1 + 1, FCR = COM1 + 2, LCR = COM1 + 3;
    private static final int MCR = COM1 + 4, LSR = COM1 + 5, SCR = COM1 + 7;
    private static final int DR = 1 << 0, THRE = 1 << 5, TEMT = 1 << 6;
    private static final int NOBODY = 0xFF;
    private static final int DLAB = 0x80;

    /** 115200 8N1, FIFO on and empty, no interrupts. */
    private static final int[][] SETUP = {
        {LCR, DLAB}, {DLL, 1}, {DLM, 0}, {LCR, 3}, {IER, 0}, {FCR, 7}, {MCR, 3},
    };

    private static final long PACE_ABSENT = 5_000_000; // between two looks for a UART
    private static final long PACE_IDLE   = 1_000_000; // between two reads of LSR at the prompt
    private static final long PACE_FULL   =    10_000; // between two reads of LSR while THR is full
    private static final int  BRISK       =       256; // reads of LSR before the prompt slows down
    private static final int  LINE_MAX    =       127;
    // spotless:on

    private final ScriptedGuest.Cpu cpu;
    private final byte[] ring = new byte[256];
    private int head;
    private int tail;
    private int lastReceived;
    private int idle;

    MonitorConsole(ScriptedGuest.Cpu cpu) {
        this.cpu = cpu;
    }

    /** Returns when a UART is there, set up; what was typed before is forgotten. */
    void awaitUart() {
        head = 0;
        tail = 0;
        lastReceived = 0;
        idle = 0;
        while (!keepsScratch(0x5A) || !keepsScratch(0xA5) || (int) cpu.in(LSR, 1) == NOBODY) {
            pace(PACE_ABSENT);
        }
        for (int[] write : SETUP) {
            cpu.out(write[0], 1, write[1]);
        }
    }

    private boolean keepsScratch(int value) {
        cpu.out(SCR, 1, value);
        return cpu.in(SCR, 1) == value;
    }

    void print(String text) {
        for (int i = 0; i < text.length(); i++) {
            print(text.charAt(i));
        }
    }

    private void print(char character) {
        while ((look() & THRE) == 0) {
            pace(PACE_FULL);
        }
        cpu.out(THR, 1, character);
    }

    /** A line as typed, with echo. */
    String readLine() {
        StringBuilder line = new StringBuilder();
        for (; ; ) {
            int key = takeKey();
            if (key == '\r' || key == '\n') {
                print("\r\n");
                return line.toString();
            } else if (key == '\b' || key == 0x7F) {
                if (line.length() > 0) {
                    line.setLength(line.length() - 1);
                    print("\b \b");
                }
            } else if (key >= ' ' && key < 0x7F && line.length() < LINE_MAX) {
                line.append((char) key);
                print((char) key);
            }
        }
    }

    private int takeKey() {
        while (!hasKey()) {
            if ((look() & DR) == 0) {
                if (idle < BRISK) {
                    idle++;
                } else {
                    pace(PACE_IDLE);
                }
            }
        }
        idle = 0;
        return dropKey();
    }

    /** Whether something was typed, as far as has been looked. */
    boolean hasKey() {
        return head != tail;
    }

    int dropKey() {
        int key = ring[tail] & 0xFF;
        tail = (tail + 1) % ring.length;
        return key;
    }

    /** LSR; a byte that is ready goes into the ring. */
    int look() {
        int status = (int) cpu.in(LSR, 1);
        if (status == NOBODY) {
            throw Absent.INSTANCE;
        }
        if ((status & DR) != 0) {
            receive();
        }
        return status;
    }

    /** An LF right after a CR is dropped, and so is what the ring cannot hold. */
    private void receive() {
        int received = (int) cpu.in(RBR, 1);
        boolean secondHalf = received == '\n' && lastReceived == '\r';
        lastReceived = received;
        if (!secondHalf) {
            ring[head] = (byte) received;
            int next = (head + 1) % ring.length;
            head = next == tail ? head : next;
        }
    }

    /** Until the last byte is on the wire. */
    void drain() {
        while ((cpu.in(LSR, 1) & TEMT) == 0) {
            pace(PACE_FULL);
        }
    }

    void pace(long nanos) {
        if (cpu instanceof SimCpu simulated) {
            simulated.sleep(nanos);
        } else {
            LockSupport.parkNanos(this, nanos);
        }
    }
}
