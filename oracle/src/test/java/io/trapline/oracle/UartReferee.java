package io.trapline.oracle;

import io.trapline.oracle.Reply.Edge;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * PC16550D at COM1, whose transmitter is instant and whose line is quiet. Follows as much of its state as the
 * exclusions need.
 */
final class UartReferee implements Referee {
    static final int GSI = 4;

    private static final int ALL = 0xFF;
    private static final int EDSSI = 0x08; // IER
    private static final int FIFOS = 0x01, RESERVED = 0x30; // FCR
    private static final int DTR = 0x01, RTS = 0x02, OUT1 = 0x04, OUT2 = 0x08, LOOP = 0x10; // MCR
    private static final int DELTAS = 0x0F, TERI = 0x04; // MSR
    private static final int CTS = 0x10, DSR = 0x20, RI = 0x40, DCD = 0x80;
    private static final int IDLE = CTS | DSR | DCD; // somebody is at the other end
    private static final int NOTHING_PENDING = 0x01; // IIR

    private final Chip.Decoder decoder = new UartDecoder();
    private final Consumer<Exclusion> excused;
    private int ier;
    private int mcr;
    private int lines = IDLE;
    private int deltas;
    private boolean intr; // QEMU's line
    private boolean level; // what of it passes OUT2's gate, and the modem's interrupt

    UartReferee(Consumer<Exclusion> excused) {
        this.excused = excused;
    }

    @Override
    public String register(Command command) {
        return decoder.register(command);
    }

    @Override
    public boolean legal(Command command) {
        if (!command.write()) {
            return true;
        }
        return switch (register(command)) {
            case "LSR", "MSR" -> false; // §8.3: not for writing
            case "FCR" -> legalFcr(command.value());
            default -> true;
        };
    }

    /** §8.4. */
    private boolean legalFcr(int value) {
        if ((value & FIFOS) == 0 && value != 0) {
            excused.accept(Exclusion.UART_FCR_WITHOUT_BIT_0);
            return false;
        }
        return (value & RESERVED) == 0;
    }

    @Override
    public Expected judge(Command command, Reply qemu) {
        String register = register(command);
        int value = command.write() ? 0 : corrected(register, qemu.value());
        boolean modemBefore = modem();
        if (command.write()) {
            written(register, command.value());
        } else if (register.equals("MSR")) {
            deltas = 0;
        }
        decoder.follow(command);
        return new Expected(value, ALL, edges(qemu, modemBefore));
    }

    /** What the datasheet makes of what QEMU read. */
    private int corrected(String register, int value) {
        if (deltas != 0 && register.equals("MSR")) {
            excused.accept(Exclusion.UART_LOOPBACK_DELTAS);
            return value | deltas;
        }
        if (modem() && register.equals("IIR") && (value & NOTHING_PENDING) != 0) {
            excused.accept(Exclusion.UART_LOOPBACK_DELTAS);
            return value & ~NOTHING_PENDING;
        }
        return value;
    }

    private void written(String register, int value) {
        switch (register) {
            case "IER" -> ier = value;
            case "MCR" -> controlModem(value);
            default -> {}
        }
    }

    /** §8.7: in loopback the modem's outputs feed its inputs; §8.8: RI's delta is its end. */
    private void controlModem(int value) {
        mcr = value;
        int now = (value & LOOP) != 0 ? looped(value) : IDLE;
        int changed = (now ^ lines) >> 4;
        deltas |= (now & RI) != 0 ? changed & ~TERI : changed & DELTAS;
        lines = now;
    }

    private static int looped(int mcr) {
        return ((mcr & RTS) != 0 ? CTS : 0)
                | ((mcr & DTR) != 0 ? DSR : 0)
                | ((mcr & OUT1) != 0 ? RI : 0)
                | ((mcr & OUT2) != 0 ? DCD : 0);
    }

    /** Whether the modem's interrupt is pending. */
    private boolean modem() {
        return (ier & EDSSI) != 0 && deltas != 0;
    }

    /** QEMU's changes as they look behind the gate; the modem's interrupt holds the line up as long as it is there. */
    private List<Edge> edges(Reply qemu, boolean modemBefore) {
        boolean gate = (mcr & (OUT2 | LOOP)) == OUT2;
        List<Edge> shown = new ArrayList<>();
        for (Edge edge : qemu.edges(GSI)) {
            intr = edge.high();
            show(gate && (intr || modemBefore || modem()), shown);
        }
        show(gate && (intr || modem()), shown);
        if (!shown.equals(qemu.edges(GSI))) {
            excused.accept(gate ? Exclusion.UART_LOOPBACK_DELTAS : Exclusion.UART_OUT2);
        }
        return shown;
    }

    private void show(boolean high, List<Edge> shown) {
        if (high != level) {
            level = high;
            shown.add(new Edge(GSI, high));
        }
    }
}
