package io.trapline.shell;

import io.trapline.machine.Machines;
import java.util.concurrent.Callable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Does {@code trapline doctor}. */
@Component(property = "trapline.command=doctor")
public final class DoctorReport implements Callable<Integer> {
    /** Framework property: the backend that matters. */
    private static final String BACKEND = "trapline.backend";

    private final Machines machines;
    private final BundleContext context;

    /** Of this process. */
    @Activate
    public DoctorReport(@Reference Machines machines, BundleContext context) {
        this.machines = machines;
        this.context = context;
    }

    /** Returns 0 if what matters is ready, else 1. */
    @Override
    public Integer call() {
        String wanted = context.getProperty(BACKEND);
        Checkup checkup = new Checkup(machines.backends());
        System.out.println(checkup.report());
        boolean ready = checkup.ready(wanted);
        System.out.println("\ndoctor: " + verdict(wanted, ready));
        return ready ? 0 : 1;
    }

    private static String verdict(String wanted, boolean ready) {
        if (wanted.equals("auto")) {
            return ready
                    ? "a hypervisor is ready"
                    : "no hypervisor is ready; the simulator is there: --backend sim";
        }
        return wanted + (ready ? " is ready" : " is not ready");
    }
}
