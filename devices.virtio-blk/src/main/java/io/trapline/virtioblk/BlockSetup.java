package io.trapline.virtioblk;

import io.trapline.device.PciAddress;
import io.trapline.virtio.Features;
import io.trapline.virtio.Placement;
import io.trapline.virtioblk.BlockComponent.Config;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** What a configuration asks for: all of it checked, then the image opened, and a device on it. Or nothing is open. */
final class BlockSetup {
    private static final String NULL = "null:";

    final Placement placement;
    final long withheld;
    final Workers workers;
    final Image image;
    final BlockDevice device;

    /**
     * Opens the image.
     *
     * @param log takes what an administrator should know
     * @throws IllegalArgumentException if the configuration makes no sense, naming the key and what would
     * @throws IOException if the host refuses the image
     */
    BlockSetup(Config config, Consumer<String> log) throws IOException {
        placement = placement(config);
        withheld = withheld(config);
        requireSize(config.size());
        Settings settings = settings(config);
        workers = new Workers(settings.depth());
        image = open(config);
        device = device(image, config.size(), settings, workers, log);
    }

    /** Nobody but this one could close the image, if there is to be no device. */
    static BlockDevice device(
            Image image, long size, Settings settings, Executor workers, Consumer<String> log)
            throws IOException {
        try {
            if (size != 0) {
                image.resize(size);
            }
            requireSectors(image);
            return new BlockDevice(settings, image, workers, System::nanoTime, log);
        } catch (Throwable e) {
            image.close();
            throw e;
        }
    }

    // ---- What it is

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
                : Arrays.stream(names)
                        .mapToLong(BlockSetup::ringFeature)
                        .reduce(0, (a, b) -> a | b);
    }

    private static long ringFeature(String name) {
        try {
            return Features.named(name);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("withhold=" + name + ": " + e.getMessage(), e);
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

    // ---- Its image

    private static void requireSize(long size) {
        if (size < 0 || size % Request.SECTOR != 0) {
            throw new IllegalArgumentException(
                    "size=" + size + ", wanted 0, or a multiple of 512 bytes");
        }
    }

    /** A guest has no way to reach a part of a sector. */
    private static void requireSectors(Image image) throws IOException {
        long length = image.length();
        if (length % Request.SECTOR != 0) {
            long next = (length / Request.SECTOR + 1) * Request.SECTOR;
            throw new IOException(
                    "image %s: %d bytes, wanted a multiple of 512%s"
                            .formatted(
                                    image.description(),
                                    length,
                                    image.readOnly() ? "" : ", e.g. size=" + next));
        }
    }

    private static Image open(Config config) throws IOException {
        String image = config.image() == null ? "" : config.image();
        boolean overwrite = isOther("secureerase", config.secureerase(), "host", "overwrite");
        boolean qcow2 = isOther("format", config.format(), "raw", "qcow2");
        if (image.isEmpty()) {
            throw new IllegalArgumentException("image is missing, wanted a path, or null:BYTES");
        } else if (image.startsWith(NULL)) {
            return new NullImage(length(image));
        } else if (!qcow2) {
            RawImage.Options options =
                    new RawImage.Options(config.readonly(), config.direct(), overwrite);
            return RawImage.open(Path.of(image), options, ImageFile.Patience.SECOND);
        } else if (!config.readonly() || config.direct()) {
            throw new IllegalArgumentException(
                    "format=qcow2 is for reading only, by way of the host's page cache: wanted"
                            + " readonly=true and direct=false");
        }
        return Qcow2Image.open(Path.of(image), ImageFile.Patience.SECOND);
    }

    private static boolean isOther(String key, String value, String usual, String other) {
        if (!value.equals(usual) && !value.equals(other)) {
            throw new IllegalArgumentException(
                    key + "=" + value + ", wanted " + usual + " or " + other);
        }
        return value.equals(other);
    }

    private static long length(String image) {
        try {
            return Long.decode(image.substring(NULL.length()));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "image=" + image + ", wanted null: and a multiple of 512 bytes", e);
        }
    }
}
