package io.trapline.acrn;

import io.trapline.hypervisor.Hypervisor;
import io.trapline.hypervisor.Readiness;
import io.trapline.hypervisor.VirtualMachine;
import io.trapline.hypervisor.VmEvents;
import io.trapline.hypervisor.VmShape;
import io.trapline.linux.DeviceNode;
import java.io.IOException;
import java.util.Set;
import org.osgi.service.component.annotations.Component;

/** The backend {@code acrn}. */
@Component(service = Hypervisor.class)
public final class AcrnHypervisor implements Hypervisor {
    private final String path;

    /** On {@code /dev/acrn_hsm}. */
    public AcrnHypervisor() {
        this("/dev/acrn_hsm");
    }

    AcrnHypervisor(String path) {
        this.path = path;
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
        return new Probe(path).readiness();
    }

    @Override
    public VirtualMachine create(VmShape shape, VmEvents events) throws IOException {
        AcrnOptions options = AcrnOptions.of(shape);
        try {
            int fd = DeviceNode.open(path, Probe.GROUP, errno -> Probe.remedy(path, errno));
            return new AcrnMachine(new HsmFile(fd), shape, options, events);
        } catch (IOException e) {
            throw new IOException("machine " + shape.name() + ": " + e.getMessage(), e);
        }
    }
}
