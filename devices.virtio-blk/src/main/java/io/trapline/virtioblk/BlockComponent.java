package io.trapline.virtioblk;

import io.trapline.device.Device;
import io.trapline.virtio.VirtioPlug;
import java.io.IOException;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** One configuration {@code devices.virtioblk~disk}: one virtio block device. */
@Component(
        service = Device.class,
        configurationPid = "devices.virtioblk",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = BlockComponent.Config.class, factory = true)
public final class BlockComponent extends VirtioPlug {
    @ObjectClassDefinition(name = "virtio block device", description = "A disk, VIRTIO 1.2")
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
                        "the path of a file or block device, or null:BYTES, which reads zeroes")
        String image();

        @AttributeDefinition(
                description =
                        "what the image is; never guessed, for a guest can write what looks like"
                                + " another one. qcow2 wants readonly",
                options = {
                    @Option(label = "raw", value = "raw"),
                    @Option(label = "qcow2", value = "qcow2")
                })
        String format() default "raw";

        @AttributeDefinition(
                description =
                        "bytes that the image is to have, a multiple of 512: a file is made longer"
                                + " or shorter; 0: as it is",
                min = "0")
        long size() default 0;

        @AttributeDefinition(
                description = "whether the guest may only read; then many may share it")
        boolean readonly() default false;

        @AttributeDefinition(description = "whether to pass the host's page cache by, O_DIRECT")
        boolean direct() default false;

        @AttributeDefinition(
                description =
                        "who destroys data: the host's block device, if it can; or overwrite: writing"
                                + " zeroes, where the administrator knows that this destroys them",
                options = {
                    @Option(label = "host", value = "host"),
                    @Option(label = "overwrite", value = "overwrite")
                })
        String secureerase() default "host";

        @AttributeDefinition(
                description = "how the guest reaches it",
                options = {
                    @Option(label = "pci", value = "pci"),
                    @Option(label = "mmio", value = "mmio")
                })
        String transport() default "pci";

        @AttributeDefinition(
                required = false,
                description =
                        "pci: its place, device.function in hexadecimal, e.g. 04.0; without it, the"
                                + " next that is free")
        String slot() default "";

        @AttributeDefinition(description = "mmio: address of its 0x200 bytes of registers")
        long address() default 0xFEB0_2E00L;

        @AttributeDefinition(description = "mmio: its interrupt line")
        int irq() default 5;

        @AttributeDefinition(description = "what GET_ID gives, at most 20 bytes", required = false)
        String serial() default "";

        @AttributeDefinition(description = "number of queues, 1 to 16", min = "1", max = "16")
        int queues() default 1;

        @AttributeDefinition(
                description = "descriptors of a queue, a power of two from 4 to 32768",
                min = "4",
                max = "32768")
        int queuesize() default 256;

        @AttributeDefinition(
                description = "requests that are taken at a time, 1 to 1024",
                min = "1",
                max = "1024")
        int depth() default 128;

        @AttributeDefinition(
                description = "logical block, bytes: a power of two from 512 to 65536",
                min = "512",
                max = "65536")
        int blocksize() default 512;

        @AttributeDefinition(
                description = "physical block, bytes: a power of two from blocksize to 65536",
                min = "512",
                max = "65536")
        int physicalblocksize() default 512;

        @AttributeDefinition(
                description = "bytes of one piece of a request, at most, from 512; 0: no limit",
                min = "0")
        int sizemax() default 0;

        @AttributeDefinition(
                required = false,
                description =
                        "features of the ring that are not offered: indirect_desc, event_idx, packed,"
                                + " in_order, notification_data, notif_config_data, ring_reset")
        String[] withhold() default {};
    }

    private static final System.Logger LOG = System.getLogger(BlockComponent.class.getName());

    private final DiskName name;
    private final BlockSetup disk;
    private final BoundLimits limits;

    /** Called by Declarative Services. */
    @Activate
    public BlockComponent(Config config, Map<String, Object> properties) throws IOException {
        this(DiskName.of(properties), new BlockSetup(config, BlockComponent::warn));
    }

    /** Outside of OSGi: a disk that no limits are configured for. */
    BlockComponent(Config config) throws IOException {
        this(config, Map.of());
    }

    private BlockComponent(DiskName name, BlockSetup disk) {
        super(disk.device, disk.placement, disk.withheld);
        this.name = name;
        this.disk = disk;
        limits = new BoundLimits(name, disk.device::limits);
    }

    private static void warn(String line) {
        LOG.log(System.Logger.Level.WARNING, line);
    }

    /** Called by Declarative Services, for every {@code devices.virtioblk.limits}, also when one has changed. */
    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            updated = "limit",
            unbind = "unlimit")
    void limit(LimitsComponent one) {
        limits.put(one);
    }

    void unlimit(LimitsComponent one) {
        limits.remove(one);
    }

    /**
     * The successor opens the image for itself. What is with workers ends before: it reads and writes the guest's
     * memory. Where the host's disk hangs, the image is closed when it answers.
     */
    @Deactivate
    public void deactivate() {
        disk.device.close();
        if (!disk.workers.end()) {
            warn(
                    "disk "
                            + name.name()
                            + ": the host has not answered, its image stays open until then");
        }
        disk.image.close();
    }
}
