package io.trapline.virtioblk;

import io.trapline.device.Device;
import io.trapline.linux.IoVector;
import java.io.Closeable;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;

/** The virtio block device as its bundle makes it, without the bundle. */
public final class BareBlock implements AutoCloseable {
    private final BlockComponent component;

    /**
     * A disk.
     *
     * @param settings of its configuration, by name; the rest has its defaults
     */
    public BareBlock(Map<String, Object> settings) throws IOException {
        component =
                new BlockComponent(
                        (BlockComponent.Config)
                                Proxy.newProxyInstance(
                                        BareBlock.class.getClassLoader(),
                                        new Class<?>[] {BlockComponent.Config.class},
                                        (self, setting, arguments) ->
                                                settings.getOrDefault(
                                                        setting.getName(),
                                                        setting.getDefaultValue())));
    }

    /** What is plugged in. */
    public Device device() {
        return component;
    }

    @Override
    public void close() {
        component.deactivate();
    }

    /** An image file as the device reads and writes it, without the device. */
    public static final class Backend implements Closeable {
        private final Image image;
        private final IoVector pieces = new IoVector();

        /** Opens a raw image for writing. */
        public Backend(Path path) throws IOException {
            image = RawImage.open(path, false);
        }

        /** Fills the buffer from a position on. */
        public void read(ByteBuffer buffer, long position) throws IOException {
            pieces.clear().add(buffer);
            image.read(pieces, position);
        }

        /** Writes what remains in the buffer from a position on. */
        public void write(ByteBuffer buffer, long position) throws IOException {
            pieces.clear().add(buffer);
            image.write(pieces, position);
        }

        @Override
        public void close() {
            image.close();
        }
    }
}
