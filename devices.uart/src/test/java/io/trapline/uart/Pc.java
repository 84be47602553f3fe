package io.trapline.uart;

import static io.trapline.uart.UartRegister.DLL;
import static io.trapline.uart.UartRegister.DLM;
import static io.trapline.uart.UartRegister.LCR;
import static io.trapline.uart.UartRegister.MCR;

import io.trapline.tck.ManualTimers;
import io.trapline.tck.TestLine;
import io.trapline.uart.UartRegister.Lcr;
import io.trapline.uart.UartRegister.Mcr;

/** A PC with one UART, reset, seen as its guest sees it: by register, on the paper's page. */
final class Pc {
    static final int EIGHT_BITS = 3;

    final ManualTimers time = new ManualTimers();
    final TestLine line = new TestLine(4, time);
    final FakeChardev chardev = new FakeChardev();
    final Uart uart;

    Pc() {
        this(false);
    }

    Pc(boolean timed) {
        uart = new Uart(line, time, chardev, timed);
        uart.reset();
    }

    /** As a guest's driver leaves it: 8N1, OUT2 set, a divisor. */
    Pc configured(int divisor) {
        write(LCR, Lcr.DLAB);
        write(DLL, divisor & 0xFF);
        write(DLM, divisor >> 8);
        write(LCR, EIGHT_BITS);
        write(MCR, Mcr.DTR | Mcr.RTS | Mcr.OUT2);
        return this;
    }

    int read(UartRegister register) {
        return (int) uart.read(register.offset, 1);
    }

    void write(UartRegister register, int value) {
        uart.write(register.offset, 1, value);
    }

    /** Somebody types at the other end. */
    void type(String text) {
        text.chars().forEach(chardev.typed::add);
        uart.readable();
    }

    /** One character arrives, with the errors of the chardev's contract above it. */
    void arrive(int character) {
        chardev.typed.add(character);
        uart.readable();
    }

    /** Reads what is there as a polling guest does: while DR. */
    String readAll() {
        StringBuilder text = new StringBuilder();
        while ((read(UartRegister.LSR) & UartRegister.Lsr.DR) != 0) {
            text.append((char) read(UartRegister.RBR));
        }
        return text.toString();
    }
}
