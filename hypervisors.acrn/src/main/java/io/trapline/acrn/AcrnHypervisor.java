package io.trapline.acrn;

import io.trapline.hypervisor.Hypervisor;
import io.trapline.hypervisor.Readiness;
import io.trapline.hypervisor.VirtualMachine;
import io.trapline.hypervisor.VmEvents;
import io.trapline.hypervisor.VmShape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.osgi.service.component.annotations.Component;

/** The backend {@code acrn}. */
@Component(service = Hypervisor.class)
public final class AcrnHypervisor implements Hypervisor {
    private static final String PATH = "/dev/acrn_hsm";

    private final String path;
    private final Path root;

    /** On {@code /dev/acrn_hsm}. */
    public AcrnHypervisor() {
        this(PATH);
    }

    AcrnHypervisor(String path) {
        this(path, Path.of("/"));
    }

    /**
     * On another file, or another host's.
     *
     * @param root above the folders of {@code proc}, {@code sys} and {@code lib}
     */
    AcrnHypervisor(String path, Path root) {
        this.path = path;
        this.root = root;
    }

    @Override
    public String name() {
        return "acrn";
    }

    @Override
    public Set<String> options() {
        return AcrnOptions.KNOWN;
    }

    @Override
    public Readiness probe() {
        return new Probe(path, root).readiness();
    }

    @Override
    public VirtualMachine create(VmShape shape, VmEvents events) throws IOException {
        AcrnOptions options = AcrnOptions.of(shape, root.resolve("sys/bus/pci/devices"));
        try {
            int fd = new Probe(path, root).open();
            return new AcrnMachine(new HsmFile(fd), shape, options, events);
        } catch (IOException e) {
            throw new IOException("machine " + shape.name() + ": " + e.getMessage(), e);
        }
    }
}
