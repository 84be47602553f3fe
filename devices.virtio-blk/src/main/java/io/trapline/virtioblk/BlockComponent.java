package io.trapline.virtioblk;

import io.trapline.device.Device;
import io.trapline.device.PciAddress;
import io.trapline.virtio.Features;
import io.trapline.virtio.Placement;
import io.trapline.virtio.VirtioPlug;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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

    private static final int WORKERS = 16;
    private static final int IDLE_SECONDS = 10;
    private static final String NULL = "null:";
    private static final System.Logger LOG = System.getLogger(BlockComponent.class.getName());

    private final String machine;
    private final String name;
    private final BlockDevice device;
    private final Image image;
    private final ExecutorService workers;
    private LimitsComponent limits; // null: none

    /** Called by Declarative Services. */
    @Activate
    public BlockComponent(Config config, Map<String, Object> properties) throws IOException {
        this(
                config,
                LimitsComponent.name(config.name(), properties),
                settings(config),
                open(config));
    }

    /** Outside of OSGi: a disk that no limits are configured for. */
    BlockComponent(Config config) throws IOException {
        this(config, Map.of());
    }

    private BlockComponent(Config config, String name, Settings settings, Image image)
            throws IOException {
        this(config, name, image, workers(settings), settings);
    }

    private BlockComponent(
            Config config, String name, Image image, ExecutorService workers, Settings settings)
            throws IOException {
        this(
                config,
                name,
                image,
                workers,
                new BlockDevice(settings, image, workers, System::nanoTime, BlockComponent::warn));
    }

    private BlockComponent(
            Config config, String name, Image image, ExecutorService workers, BlockDevice device) {
        super(device, placement(config), withheld(config));
        machine = config.machine();
        this.name = name;
        this.device = device;
        this.image = image;
        this.workers = workers;
    }

    private static void warn(String line) {
        LOG.log(System.Logger.Level.WARNING, line);
    }

    private static Settings settings(Config config) {
        return new Settings(
                config.queues(),
                config.queuesize(),
                config.depth(),
                config.readonly(),
                config.blocksize(),
                config.physicalblocksize(),
                config.sizemax(),
                config.serial());
    }

    private static long withheld(Config config) {
        String[] names = config.withhold();
        return names == null
                ? 0
                : Arrays.stream(names).mapToLong(Features::named).reduce(0, (a, b) -> a | b);
    }

    private static Image open(Config config) throws IOException {
        placement(config);
        withheld(config);
        if (config.size() < 0 || config.size() % Request.SECTOR != 0) {
            throw new IllegalArgumentException(
                    "size=" + config.size() + ", wanted 0, or a multiple of 512 bytes");
        }
        Image image = openAsItIs(config);
        try {
            if (config.size() != 0) {
                image.resize(config.size());
            }
            return image;
        } catch (IOException e) {
            image.close();
            throw e;
        }
    }

    private static Image openAsItIs(Config config) throws IOException {
        String image = config.image();
        boolean overwrite = oneOf("secureerase", config.secureerase(), "host", "overwrite") == 1;
        boolean qcow2 = oneOf("format", config.format(), "raw", "qcow2") == 1;
        if (image.startsWith(NULL)) {
            return new NullImage(length(image));
        } else if (!qcow2) {
            RawImage.Options options =
                    new RawImage.Options(config.readonly(), config.direct(), overwrite);
            return RawImage.open(Path.of(image), options);
        } else if (!config.readonly() || config.direct()) {
            throw new IllegalArgumentException(
                    "format=qcow2 is for reading only, by way of the host's page cache: wanted"
                            + " readonly=true and direct=false");
        }
        return Qcow2Image.open(Path.of(image));
    }

    private static int oneOf(String key, String value, String usual, String other) {
        if (!value.equals(usual) && !value.equals(other)) {
            throw new IllegalArgumentException(
                    key + "=" + value + ", wanted " + usual + " or " + other);
        }
        return value.equals(other) ? 1 : 0;
    }

    private static long length(String image) {
        try {
            return Long.decode(image.substring(NULL.length()));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "image=" + image + ", wanted null: and a number of bytes", e);
        }
    }

    /** As many wait as there are requests: a queue of fixed length allocates nothing. */
    private static ExecutorService workers(Settings settings) {
        AtomicInteger count = new AtomicInteger();
        ThreadPoolExecutor workers =
                new ThreadPoolExecutor(
                        WORKERS,
                        WORKERS,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(settings.depth()),
                        task -> {
                            Thread thread =
                                    new Thread(task, "trapline-blk-" + count.incrementAndGet());
                            thread.setDaemon(true);
                            return thread;
                        },
                        new ThreadPoolExecutor.CallerRunsPolicy());
        workers.allowCoreThreadTimeOut(true);
        return workers;
    }

    // ---- Limits of its rate, which come, change and go while it runs

    /** Called by Declarative Services, for every {@code devices.virtioblk.limits}, and when one has changed. */
    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            updated = "limit",
            unbind = "unlimit")
    synchronized void limit(LimitsComponent wanted) {
        if (wanted.isFor(machine, name)) {
            limits = wanted;
            device.limits(wanted.limits());
        } else {
            unlimit(wanted);
        }
    }

    synchronized void unlimit(LimitsComponent gone) {
        if (limits == gone) {
            limits = null;
            device.limits(Limits.NONE);
        }
    }

    private static Placement placement(Config config) {
        return switch (config.transport()) {
            case "pci" -> Placement.pci(slot(config.slot()));
            case "mmio" -> Placement.mmio(config.address(), config.irq());
            default ->
                    throw new IllegalArgumentException(
                            "transport=" + config.transport() + ", wanted pci or mmio");
        };
    }

    private static PciAddress slot(String text) {
        if (text.isEmpty()) {
            return null;
        }
        String[] parts = text.split("\\.", 2);
        try {
            int function = parts.length == 2 ? Integer.parseInt(parts[1]) : 0;
            return new PciAddress(0, Integer.parseInt(parts[0], 16), function);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "slot=" + text + ", wanted device.function in hexadecimal, e.g. 04.0", e);
        }
    }

    /**
     * The successor opens the image for itself. What is with workers ends before: it reads and writes the guest's
     * memory. Where the host's disk hangs, the image is closed when it answers.
     */
    @Deactivate
    public void deactivate() {
        device.close();
        workers.shutdown();
        try {
            if (!workers.awaitTermination(IDLE_SECONDS, TimeUnit.SECONDS)) {
                warn(
                        "disk "
                                + name
                                + ": the host has not answered, its image stays open until then");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        image.close();
    }
}
