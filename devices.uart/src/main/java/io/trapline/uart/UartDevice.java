package io.trapline.uart;

import io.trapline.chardev.Chardev;
import io.trapline.chardev.Chardevs;
import io.trapline.device.Board;
import io.trapline.device.Device;
import io.trapline.device.DeviceState;
import io.trapline.device.Inspector;
import java.io.IOException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** One configuration {@code devices.uart~com1}: one 16550A. */
@Component(
        service = Device.class,
        configurationPid = "devices.uart",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = UartDevice.Config.class, factory = true)
public final class UartDevice implements Device {
    @ObjectClassDefinition(name = "UART 16550A", description = "A PC's serial port")
    @interface Config {
        @AttributeDefinition(description = "the machine that it belongs to")
        String machine() default DEFAULT_MACHINE;

        @AttributeDefinition(
                required = false,
                description = "its name there; without it, what follows ~ in the PID")
        String name();

        @AttributeDefinition(
                required = false,
                description = "its ioreq client; without it, one of its own")
        String client();

        @AttributeDefinition(
                description =
                        "1 to 4: the port and the interrupt that a PC has for COM1 to COM4; 0: as port"
                                + " says",
                min = "0",
                max = "4")
        int com() default Wiring.NO_COM;

        @AttributeDefinition(
                description = "the first of its eight ports; 0: as com says, or else 0x3F8")
        int port() default Wiring.NO_PORT;

        @AttributeDefinition(
                description = "in place of ports: where its registers are in memory; 0: at ports")
        long address() default Wiring.NO_ADDRESS;

        @AttributeDefinition(
                description = "bytes from one register to the next, at an address: 1, 2 or 4")
        int stride() default 1;

        @AttributeDefinition(
                description =
                        "the interrupt of its INTR pin; -1: as a PC has it for that port (3 or 4)")
        int irq() default Wiring.NO_IRQ;

        @AttributeDefinition(
                description =
                        "instant: what the guest sends is gone at once; timed: it takes the time of its"
                                + " bits",
                options = {
                    @Option(label = INSTANT, value = INSTANT),
                    @Option(label = TIMED, value = TIMED)
                })
        String transmit() default INSTANT;

        @AttributeDefinition(
                description =
                        "what it is wired to: null, terminal, file:PATH, log[:NAME], tcp:HOST:PORT,"
                                + " unix:PATH, pty[:LINK], tty:PATH or service:NAME")
        String chardev() default "null";
    }

    private static final String INSTANT = "instant";
    private static final String TIMED = "timed";

    private final Config config;
    private final Chardevs chardevs;
    private Uart uart;
    private Chardev.Listener listener;
    private volatile Chardev chardev; // installed and deactivated by different threads

    /** Called by Declarative Services. */
    @Activate
    public UartDevice(Config config, @Reference Chardevs chardevs) {
        this.config = config;
        this.chardevs = chardevs;
    }

    @Override
    public void install(Board board) {
        deactivate();
        Wiring wiring = wiring();
        boolean timed = timed();
        Chardev opened = open(board.machine() + '/' + board.device());
        try {
            uart = new Uart(board.interrupt(wiring.irq()), board.timers(), opened, timed);
            wiring.claim(board, uart);
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
        listener = new Posting(board, uart::readable, uart::writable);
        chardev = opened;
    }

    private Wiring wiring() {
        return Wiring.of(
                config.com(), config.port(), config.address(), config.stride(), config.irq());
    }

    private boolean timed() {
        return switch (config.transmit()) {
            case INSTANT -> false;
            case TIMED -> true;
            default ->
                    throw new IllegalArgumentException(
                            "devices.uart: transmit = "
                                    + config.transmit()
                                    + ", wanted "
                                    + INSTANT
                                    + " or "
                                    + TIMED);
        };
    }

    private Chardev open(String owner) {
        try {
            return chardevs.open(config.chardev(), owner);
        } catch (IOException e) {
            throw new IllegalStateException("chardev not opened: " + e.getMessage(), e);
        }
    }

    /** Listens only now: what a predecessor has not read must not overtake what it has. */
    @Override
    public void reset() {
        uart.reset();
        chardev.listen(listener);
    }

    @Override
    public DeviceState save() {
        return uart.save().toDeviceState();
    }

    @Override
    public void restore(DeviceState state) {
        uart.restore(UartState.of(state));
        chardev.listen(listener);
    }

    @Override
    public void inspect(Inspector out) {
        uart.inspect(out);
    }

    /** Gives the chardev back; a successor has a grace time to take it over as it is. */
    @Deactivate
    public void deactivate() {
        Chardev closing = chardev;
        chardev = null;
        if (closing != null) {
            closing.close();
        }
    }

    /** Brings what threads of the host tell under the baton; the tasks are made once. */
    private record Posting(Board board, Runnable read, Runnable written)
            implements Chardev.Listener {
        @Override
        public void readable() {
            board.post(read);
        }

        @Override
        public void writable() {
            board.post(written);
        }
    }
}
