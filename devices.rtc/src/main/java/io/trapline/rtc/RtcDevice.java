package io.trapline.rtc;

import io.trapline.device.Board;
import io.trapline.device.Claim;
import io.trapline.device.Device;
import io.trapline.device.DeviceState;
import io.trapline.device.Inspector;
import java.nio.file.Path;
import java.time.Clock;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** One configuration {@code devices.rtc~rtc}: one MC146818A. */
@Component(
        service = Device.class,
        configurationPid = "devices.rtc",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = RtcDevice.Config.class, factory = true)
public final class RtcDevice implements Device {
    @ObjectClassDefinition(
            name = "RTC MC146818A",
            description = "A PC's real-time clock and CMOS RAM")
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

        @AttributeDefinition(description = "the first of its two ports, the index")
        int port() default 0x70;

        @AttributeDefinition(description = "the ISA interrupt of its IRQ pin")
        int irq() default 8;

        @AttributeDefinition(
                description =
                        "what it says at power-on: utc, localtime, or a date such as"
                                + " 2020-02-28T23:59:50")
        String base() default "utc";

        @AttributeDefinition(
                description =
                        "periodic interrupts that came while one was pending: discard them, or slew:"
                                + " give them later",
                options = {
                    @Option(label = "discard", value = DISCARD),
                    @Option(label = "slew", value = SLEW)
                })
        String ticks() default DISCARD;

        @AttributeDefinition(
                required = false,
                description = "the file that keeps its RAM; without it, the RAM begins as zeroes")
        String nvram();
    }

    private static final String DISCARD = "discard";
    private static final String SLEW = "slew";

    private final Config config;
    private final Clock host;
    private Rtc rtc;
    private volatile KeptNvram
            kept; // installed and deactivated by different threads; null: not kept

    /** Called by Declarative Services. */
    @Activate
    public RtcDevice(Config config) {
        this(config, Clock.systemDefaultZone());
    }

    /** With another clock than the host's, for tests. */
    RtcDevice(Config config, Clock host) {
        this.config = config;
        this.host = host;
    }

    @Override
    public void install(Board board) {
        deactivate();
        var start = StartTime.of(config.base(), host);
        boolean slew = slew(config.ticks());
        KeptNvram file = nvram(board);
        rtc =
                new Rtc(
                        board.interrupt(config.irq()),
                        board.timers(),
                        board.memory(),
                        start,
                        file == null ? Nvram.NONE : file,
                        slew);
        Claim claim = board.ports(config.port(), Rtc.PORTS, rtc);
        board.posted(claim, 0, 1);
        kept = file;
    }

    private static boolean slew(String ticks) {
        if (!ticks.equals(DISCARD) && !ticks.equals(SLEW)) {
            throw new IllegalArgumentException(
                    "ticks = \"" + ticks + "\", wanted " + DISCARD + " or " + SLEW);
        }
        return ticks.equals(SLEW);
    }

    private KeptNvram nvram(Board board) {
        String path = config.nvram();
        if (path == null || path.isEmpty()) {
            return null;
        }
        return new KeptNvram(
                new NvramFile(Path.of(path).toAbsolutePath()), told -> tell(board, told));
    }

    /** What the host did wrong is a fault that an operator sees. */
    private static void tell(Board board, String told) {
        board.post(
                () -> {
                    throw new IllegalStateException(told);
                });
    }

    @Override
    public void reset() {
        rtc.reset();
    }

    @Override
    public DeviceState save() {
        return rtc.save().toDeviceState();
    }

    @Override
    public void restore(DeviceState state) {
        rtc.restore(RtcState.of(state));
    }

    @Override
    public void inspect(Inspector out) {
        rtc.inspect(out);
    }

    /** Writes what is still to be written of the RAM; a successor finds it in the state anyway. */
    @Deactivate
    public void deactivate() {
        KeptNvram closing = kept;
        kept = null;
        if (closing != null) {
            closing.close();
        }
    }
}
