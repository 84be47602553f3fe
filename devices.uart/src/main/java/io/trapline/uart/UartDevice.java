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

        @AttributeDefinition(description = "the first of its eight ports")
        int port() default 0x3F8;

        @AttributeDefinition(description = "the ISA interrupt of its INTR pin")
        int irq() default 4;

        @AttributeDefinition(
                description =
                        "what it is wired to: null, terminal, file:PATH, tcp:HOST:PORT, unix:PATH,"
                                + " pty[:LINK] or service:NAME")
        String chardev() default "null";
    }

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
        Chardev opened = open(board.machine() + '/' + board.device());
        try {
            uart = new Uart(board.interrupt(config.irq()), board.timers(), opened);
            board.ports(config.port(), UartRegister.PORTS, uart);
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
        listener = new Posting(board, uart::readable, uart::writable);
        chardev = opened;
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
