package io.trapline.acrn;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** A PCI function in a folder made like sysfs': an Ethernet card with two BARs, pin INTA on line 16, and MSI. */
final class FunctionFolder {
    static final int BAR0 = 0xD000_0000, BAR2_LOW = 0x0000_000C, BAR2_HIGH = 0x60, BAR4 = 0xE001;

    final Path folder;
    final ByteBuffer configuration = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);

    FunctionFolder(Path functions, String address) throws IOException {
        folder = Files.createDirectories(functions.resolve("0000:" + address));
        configuration.putShort(0x00, (short) 0x8086).putShort(0x02, (short) 0x10D3);
        configuration.putShort(0x06, (short) 0x10); // has capabilities
        configuration.putInt(0x10, BAR0).putInt(0x18, BAR2_LOW).putInt(0x1C, BAR2_HIGH);
        configuration.putInt(0x20, BAR4);
        configuration.put(0x34, (byte) 0x40);
        configuration.put(0x3C, (byte) 16).put(0x3D, (byte) 1);
        configuration.put(0x40, (byte) 0x01).put(0x41, (byte) 0x50); // power management, next
        configuration.put(0x50, (byte) 0x05); // MSI, last
        Files.createFile(folder.resolve("reset"));
        write(256);
    }

    /** As much as a reader may see. */
    FunctionFolder write(int length) throws IOException {
        byte[] bytes = new byte[length];
        configuration.get(0, bytes);
        Files.write(folder.resolve("config"), bytes);
        return this;
    }

    FunctionFolder withoutMsi() throws IOException {
        configuration.put(0x50, (byte) 0x10);
        return write(256);
    }

    FunctionFolder boundTo(String driver) throws IOException {
        Files.createSymbolicLink(folder.resolve("driver"), Path.of("../../drivers", driver));
        return this;
    }

    boolean wasReset() throws IOException {
        return Files.readString(folder.resolve("reset")).equals("1");
    }
}
