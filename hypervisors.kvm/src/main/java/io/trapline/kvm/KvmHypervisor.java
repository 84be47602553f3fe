package io.trapline.kvm;

import io.trapline.hypervisor.Hypervisor;
import io.trapline.hypervisor.Readiness;
import io.trapline.hypervisor.VirtualMachine;
import io.trapline.hypervisor.VmEvents;
import io.trapline.hypervisor.VmShape;
import java.io.IOException;
import org.osgi.service.component.annotations.Component;

/** The backend {@code kvm}. */
@Component(service = Hypervisor.class)
public final class KvmHypervisor implements Hypervisor {
    private final String path;

    /** On {@code /dev/kvm}. */
    public KvmHypervisor() {
        this(KvmDevice.PATH);
    }

    KvmHypervisor(String path) {
        this.path = path;
    }

    @Override
    public String name() {
        return "kvm";
    }

    @Override
    public Readiness probe() {
        return new Probe(path).readiness();
    }

    @Override
    public VirtualMachine create(VmShape shape, VmEvents events) throws IOException {
        if (!shape.options().isEmpty()) {
            throw new IllegalArgumentException(
                    "machine "
                            + shape.name()
                            + ": the backend kvm has no options, got "
                            + shape.options().keySet());
        }
        try (KvmDevice kvm = KvmDevice.open(path)) {
            Probe.require(kvm, shape);
            return new KvmMachine(kvm, shape, events);
        } catch (IOException e) {
            throw new IOException("machine " + shape.name() + ": " + e.getMessage(), e);
        }
    }
}
