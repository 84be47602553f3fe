package io.trapline.sim;

import io.trapline.hypervisor.ScriptedGuest;
import org.osgi.service.component.annotations.Component;

/**
 * The twin, in Java, of the bare-metal guest {@code monitor}: a serial monitor on COM1, on vCPU 0. A service too, for
 * whoever has processors of another make.
 */
@Component(property = ScriptedGuest.NAME + "=" + MonitorGuest.NAME)
public final class MonitorGuest implements ScriptedGuest {
    /** The name by which a machine asks for it; the one it gets without asking. */
    static final String NAME = "monitor";

    @Override
    public void run(Cpu cpu) {
        if (cpu.id() == 0) {
            new MonitorCommands(cpu).run();
        } else {
            idle(cpu);
        }
    }

    /** A processor that nobody starts: until the machine is stopped. */
    @SuppressWarnings("InfiniteLoopStatement")
    static void idle(Cpu cpu) {
        for (; ; ) {
            cpu.awaitMessage();
        }
    }
}
