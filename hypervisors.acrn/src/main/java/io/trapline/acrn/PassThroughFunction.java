package io.trapline.acrn;

import java.io.IOException;
import java.lang.System.Logger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** A physical PCI function, as the Service VM's sysfs shows it. */
final class PassThroughFunction {
    private static final Logger LOG = System.getLogger("io.trapline.acrn");

    /** Drivers that do nothing with a function but keep others away. */
    private static final Set<String> STUBS = Set.of("pci-stub", "vfio-pci");

    /** What everybody may read of the configuration space; the capabilities lie beyond. */
    private static final int HEADER = 64;

    private static final int VENDOR = 0x00, STATUS = 0x06, HEADER_TYPE = 0x0E, CAPABILITIES = 0x34;
    private static final int STATUS_CAPABILITIES = 1 << 4, NOBODY = 0xFFFF, MULTIFUNCTION = 0x80;
    private static final int CAPABILITY_MSI = 0x05, CAPABILITY_MSIX = 0x11;

    private final Bdf address;
    private final Path folder;
    private final ByteBuffer configuration;

    /**
     * Looks at it.
     *
     * @param functions sysfs' folder of functions
     * @throws IOException if it is not there, is a bridge, or is in use by a driver
     */
    PassThroughFunction(Path functions, Bdf address) throws IOException {
        this.address = address;
        folder = functions.resolve("0000:" + address);
        configuration = read(folder.resolve("config"));
        if (configuration.capacity() < HEADER || word(VENDOR) == NOBODY) {
            throw new IOException(
                    folder.resolve("config")
                            + ": the function does not answer; is it powered off?");
        }
        if ((octet(HEADER_TYPE) & ~MULTIFUNCTION) != 0) {
            throw new IOException(folder + " is a bridge, which cannot be passed through");
        }
        Path driver = folder.resolve("driver");
        if (Files.isSymbolicLink(driver)) {
            String name = Files.readSymbolicLink(driver).getFileName().toString();
            if (!STUBS.contains(name)) {
                throw new IOException(
                        folder
                                + ": the driver "
                                + name
                                + " has it; bind it to pci-stub, "
                                + binding());
            }
        }
    }

    private ByteBuffer read(Path file) throws IOException {
        try {
            return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        } catch (NoSuchFileException e) {
            throw new IOException(
                    file
                            + ": no such function here; lspci -D lists those that are. Bind it to"
                            + " pci-stub, "
                            + binding(),
                    e);
        }
    }

    private String binding() {
        return "as root: echo pci-stub > %1$s/driver_override; echo 0000:%2$s > %1$s/driver/unbind;"
                        .formatted(folder, address)
                + " echo 0000:%s > /sys/bus/pci/drivers_probe (vfio-pci will do, too)"
                        .formatted(address);
    }

    int octet(int register) {
        return Byte.toUnsignedInt(configuration.get(register));
    }

    private int word(int register) {
        return Short.toUnsignedInt(configuration.getShort(register));
    }

    int dword(int register) {
        return configuration.getInt(register);
    }

    /**
     * Whether it can signal its interrupts by messages.
     *
     * @throws IOException if this process may not see that
     */
    boolean hasMessages() throws IOException {
        if ((word(STATUS) & STATUS_CAPABILITIES) == 0) {
            return false;
        }
        if (configuration.capacity() <= HEADER) {
            throw new IOException(
                    folder
                            + ": only root sees whether it has MSI; say which it is to use, pci="
                            + "...="
                            + address
                            + ",msi or ,intx");
        }
        int at = octet(CAPABILITIES) & ~3;
        for (int left = 48; left > 0 && at >= HEADER && at < 256; left--) {
            if (octet(at) == CAPABILITY_MSI || octet(at) == CAPABILITY_MSIX) {
                return true;
            }
            at = octet(at + 1) & ~3;
        }
        return false;
    }

    /** Resets it, so that it neither knows nor does what its last user made it do; best effort. */
    void reset() {
        Path file = folder.resolve("reset");
        try {
            Files.writeString(file, "1", StandardOpenOption.WRITE);
        } catch (IOException e) {
            LOG.log(
                    Logger.Level.WARNING,
                    "{0} was not reset, it keeps what its last user left: {1}",
                    address,
                    e);
        }
    }

    Bdf address() {
        return address;
    }
}
