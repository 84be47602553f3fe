package io.trapline.sim;

import io.trapline.hypervisor.ScriptedGuest;
import java.util.Arrays;

/** The monitor's RTC: an MC146818A at ports 0x70 and 0x71, polled. Indices and bits as on its maker's paper. */
final class MonitorClock {
    /** Bytes that the index reaches. */
    static final int BYTES = 0x80;

    // spotless:off
    private static final int INDEX = 0x70, DATA = 0x71;
    private static final int A = 0x0A, B = 0x0B, C = 0x0C;
    private static final int UIP = 0x80;            // register A
    private static final int DM = 0x04, H24 = 0x02; // register B
    private static final int PF = 0x40, UF = 0x10;  // register C
    private static final int PM = 0x80;             // hours
    private static final int NOBODY = 0xFF;         // neither A nor C can be that
    private static final long PACE = 10_000;        // between two looks at a flag

    /** Century, year, month, date, hours, minutes, seconds, and how to read them. */
    private static final int[] TIME = {0x32, 9, 8, 7, 4, 2, 0, B};
    private static final String SHOWN = "%02d%02d-%02d-%02d %02d:%02d:%02d";
    // spotless:on

    private static final int HOURS = 4;
    private static final int NOON = 12;
    private static final String NO_CLOCK = "error: no clock";

    private final ScriptedGuest.Cpu cpu;
    private final MonitorConsole console;

    MonitorClock(ScriptedGuest.Cpu cpu, MonitorConsole console) {
        this.cpu = cpu;
        this.console = console;
    }

    int read(int index) {
        cpu.out(INDEX, 1, index);
        return (int) cpu.in(DATA, 1);
    }

    void write(int index, long value) {
        cpu.out(INDEX, 1, index);
        cpu.out(DATA, 1, value);
    }

    /** Prints all bytes, sixteen in a line. */
    void dump() {
        for (int index = 0; index < BYTES; index++) {
            if (index % 16 == 0) {
                console.print("%02x:".formatted(index));
            }
            console.print(" %02x".formatted(read(index)));
            if (index % 16 == 15) {
                console.print("\r\n");
            }
        }
    }

    /** The time in words, read outside an update, and twice the same. */
    String date() {
        int[] time;
        do {
            for (int a = read(A); (a & UIP) != 0; a = read(A)) {
                if (a == NOBODY) {
                    return NO_CLOCK;
                }
                console.pace(PACE);
            }
            time = time();
        } while (!Arrays.equals(time, time()));
        return words(time);
    }

    private int[] time() {
        return Arrays.stream(TIME).map(this::read).toArray();
    }

    private static String words(int[] time) {
        int b = time[TIME.length - 1];
        Object[] numbers = new Object[TIME.length - 1];
        for (int i = 0; i < numbers.length; i++) {
            boolean halves = i == HOURS && (b & H24) == 0;
            int number = plain(halves ? time[i] & ~PM : time[i], b);
            if (halves) {
                number = (number == NOON ? 0 : number) + ((time[i] & PM) != 0 ? NOON : 0);
            }
            numbers[i] = number % 100;
        }
        return SHOWN.formatted(numbers);
    }

    private static int plain(int value, int b) {
        return (b & DM) != 0 ? value : (value >> 4) * 10 + (value & 0xF);
    }

    /** Counts periodic flags from the end of one update to that of the n-th after it; a key ends it. */
    String ticks(long n) {
        long periodic = 0;
        long updates = -1;
        for (; ; ) {
            int c = read(C);
            if (c == NOBODY) {
                return NO_CLOCK;
            }
            periodic += (c & PF) != 0 ? 1 : 0;
            if ((c & UF) != 0) {
                updates++;
                periodic = updates == 0 ? 0 : periodic;
                if (updates == n) {
                    return updates + " updates, " + periodic + " periodic";
                }
            }
            console.look();
            if (console.hasKey()) {
                console.dropKey();
                return "stopped at " + Math.max(updates, 0);
            }
            console.pace(PACE);
        }
    }
}
