package io.trapline.virtioblk;

import io.trapline.device.Device;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * One configuration {@code devices.virtioblk.limits~disk}: the limits of one disk's rate. They are apart from the
 * disk's own so that they come, change and go while it runs, and it is not swapped for that.
 */
@Component(
        service = LimitsComponent.class,
        configurationPid = "devices.virtioblk.limits",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = LimitsComponent.Config.class, factory = true)
public final class LimitsComponent {
    @ObjectClassDefinition(
            name = "limits of a virtio block device",
            description = "How much a disk may do; changed while it runs")
    @interface Config {
        @AttributeDefinition(description = "the machine that the disk belongs to")
        String machine() default Device.DEFAULT_MACHINE;

        @AttributeDefinition(
                required = false,
                description = "the disk's name there; without it, what follows ~ in the PID")
        String name();

        @AttributeDefinition(
                description = "operations a second, to 8589934592; 0: no limit",
                min = "0",
                max = "8589934592")
        long iops() default 0;

        @AttributeDefinition(
                description = "operations at once after a pause; 0: a second's worth",
                min = "0",
                max = "8589934592")
        long iopsburst() default 0;

        @AttributeDefinition(
                description = "bytes a second, to 8589934592; 0: no limit",
                min = "0",
                max = "8589934592")
        long bps() default 0;

        @AttributeDefinition(
                description = "bytes at once after a pause; 0: a second's worth",
                min = "0",
                max = "8589934592")
        long bpsburst() default 0;
    }

    private volatile DiskName disk;
    private volatile Limits limits;

    /** Called by Declarative Services. */
    @Activate
    public LimitsComponent(Config config, Map<String, Object> properties) {
        modified(config, properties);
    }

    /** Called by Declarative Services, which then tells those who use it. */
    @Modified
    void modified(Config config, Map<String, Object> properties) {
        limits = new Limits(config.iops(), config.iopsburst(), config.bps(), config.bpsburst());
        disk = DiskName.of(properties);
    }

    Limits limits() {
        return limits;
    }

    /** The disk that they are for. */
    DiskName disk() {
        return disk;
    }
}
