package io.trapline.shell;

import io.trapline.machine.Machines;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.annotations.GogoCommand;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What an operator asks of the whole process. */
@Component(service = TraplineCommands.class)
@GogoCommand(
        scope = "trapline",
        function = {"doctor", "exit"})
public final class TraplineCommands {
    private final Machines machines;
    private final BundleContext context;

    /** Of this process. */
    @Activate
    public TraplineCommands(@Reference Machines machines, BundleContext context) {
        this.machines = machines;
        this.context = context;
    }

    /** The doctor's report. */
    @Descriptor("looks for backends, rights and tools, and says what to do about what is missing")
    public String doctor() {
        return new Checkup(machines.backends()).report();
    }

    /** Stops the framework, and so the process. */
    @Descriptor("stops all machines and ends the process")
    public void exit() throws BundleException {
        context.getBundle(0).stop();
    }
}
