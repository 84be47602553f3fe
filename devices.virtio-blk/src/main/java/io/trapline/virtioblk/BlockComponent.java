package io.trapline.virtioblk;

import io.trapline.device.Device;
import io.trapline.device.PciAddress;
import io.trapline.virtio.Placement;
import io.trapline.virtio.VirtioPlug;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
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

        @AttributeDefinition(description = "the path of a file or block device, or null:BYTES")
        String image();

        @AttributeDefinition(
                description =
                        "bytes that the image is to have: a file is made longer or shorter; 0: as it is")
        long size() default 0;

        @AttributeDefinition(description = "whether the guest may only read")
        boolean readonly() default false;

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

        @AttributeDefinition(description = "number of queues, 1 to 16")
        int queues() default 1;

        @AttributeDefinition(description = "descriptors of a queue, a power of two from 4 to 32768")
        int queuesize() default 256;

        @AttributeDefinition(description = "requests that are performed at a time, 1 to 1024")
        int depth() default 128;

        @AttributeDefinition(description = "logical block, bytes")
        int blocksize() default 512;

        @AttributeDefinition(description = "physical block, bytes")
        int physicalblocksize() default 512;

        @AttributeDefinition(description = "bytes of one piece of a request, at most; 0: no limit")
        int sizemax() default 0;
    }

    private static final int WORKERS = 16;
    private static final String NULL = "null:";

    private final Image image;
    private final ExecutorService workers;

    /** Called by Declarative Services. */
    @Activate
    public BlockComponent(Config config) throws IOException {
        this(config, open(config), workers());
    }

    private BlockComponent(Config config, Image image, ExecutorService workers) throws IOException {
        super(
                new BlockDevice(settings(config), image, workers, System::nanoTime),
                placement(config));
        this.image = image;
        this.workers = workers;
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

    private static Image open(Config config) throws IOException {
        settings(config);
        placement(config);
        if (config.size() < 0) {
            throw new IllegalArgumentException(
                    "size=" + config.size() + ", wanted 0 or more bytes");
        }
        Image image = open(config.image(), config.readonly());
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

    private static Image open(String image, boolean readOnly) throws IOException {
        return image.startsWith(NULL)
                ? new NullImage(Long.decode(image.substring(NULL.length())))
                : RawImage.open(Path.of(image), readOnly);
    }

    private static ExecutorService workers() {
        AtomicInteger count = new AtomicInteger();
        ThreadPoolExecutor workers =
                new ThreadPoolExecutor(
                        WORKERS,
                        WORKERS,
                        10,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        task -> {
                            Thread thread =
                                    new Thread(task, "trapline-blk-" + count.incrementAndGet());
                            thread.setDaemon(true);
                            return thread;
                        });
        workers.allowCoreThreadTimeOut(true);
        return workers;
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

    /** The successor opens the image for itself. */
    @Deactivate
    public void deactivate() {
        workers.shutdown();
        image.close();
    }
}
