package io.trapline.hotplug;

import io.trapline.device.Board;
import io.trapline.device.Device;
import io.trapline.device.DeviceState;
import io.trapline.device.Inspector;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** One configuration {@code devices.hotplug~NAME}: the hot-plug controller of a machine. */
@Component(
        service = Device.class,
        configurationPid = "devices.hotplug",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = HotplugDevice.Config.class, factory = true)
public final class HotplugDevice implements Device {
    @ObjectClassDefinition(
            name = "PCI hot-plug controller",
            description = "tells the guest what comes to the PCI bus and what is to go")
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

        @AttributeDefinition(description = "the system control interrupt")
        int irq() default 9;
    }

    private final Config config;
    private Controller controller;

    /** Called by Declarative Services. */
    @Activate
    public HotplugDevice(Config config) {
        this.config = config;
    }

    @Override
    public void install(Board board) {
        Controller made = new Controller(board.slots(), board.interrupt(config.irq()));
        board.ports(Controller.SLOTS_PORT, Controller.SLOTS_LENGTH, made.slotRegisters());
        board.ports(Controller.EVENTS_PORT, Controller.EVENTS_LENGTH, made.eventRegisters());
        board.slots().listen(made::changed);
        controller = made;
    }

    @Override
    public void reset() {
        controller.reset();
    }

    @Override
    public DeviceState save() {
        return controller.save().toDeviceState();
    }

    @Override
    public void restore(DeviceState state) {
        controller.restore(ControllerState.of(state));
    }

    @Override
    public void inspect(Inspector out) {
        controller.inspect(out);
    }
}
