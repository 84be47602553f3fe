package io.trapline.demo;

import io.trapline.hypervisor.ScriptedGuest;
import io.trapline.machine.MachineEvent;
import io.trapline.machine.MachineListener;
import io.trapline.machine.MachineRow;
import io.trapline.machine.Machines;
import io.trapline.rig.Injector;
import io.trapline.rig.RigException;
import java.time.Instant;
import java.util.concurrent.CancellationException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * The guest, in the rig, whose processors execute no code: there the scripted {@code monitor} runs in a thread of
 * ours, and each of its accesses is injected below the HSM driver. Elsewhere it does nothing: the guest is real.
 */
@Component(immediate = true)
public final class InjectedGuest implements MachineListener {
    private static final String BACKEND = "acrn";
    private static final String RUNNING = MachineRow.State.RUNNING.toString();

    private final ScriptedGuest guest;
    private final Machines machines;
    private final Instant since = Instant.now();
    private InjectedCpu cpu; // null: the machine does not run

    /** Runs the guest at once if the machine runs already. */
    @Activate
    public InjectedGuest(
            @Reference Machines machines,
            @Reference(target = "(" + ScriptedGuest.NAME + "=monitor)") ScriptedGuest guest) {
        this.machines = machines;
        this.guest = guest;
        if (runs()) {
            powerOn();
        }
    }

    private boolean runs() {
        return Injector.present()
                && machines.list().stream()
                        .anyMatch(
                                row ->
                                        row.name().equals(Demo.MACHINE)
                                                && row.backend().equals(BACKEND)
                                                && row.state() == MachineRow.State.RUNNING);
    }

    /** A machine that is said to run has been switched on, or reset: its guest begins anew. */
    @Override
    public void happened(MachineEvent event) {
        if (event.kind() != MachineEvent.Kind.MACHINE
                || !event.machine().equals(Demo.MACHINE)
                || event.time().isBefore(since)) {
            return;
        }
        powerOff();
        if (event.detail().startsWith(RUNNING) && runs()) {
            powerOn();
        }
    }

    private synchronized void powerOn() {
        InjectedCpu next = InjectedCpu.of(Demo.MACHINE);
        Thread thread = new Thread(() -> run(next), "guest-" + Demo.MACHINE);
        thread.setDaemon(true);
        cpu = next;
        thread.start();
    }

    /** Its guest makes at most one more access. */
    @Deactivate
    synchronized void powerOff() {
        if (cpu != null) {
            cpu.end();
            cpu = null;
        }
    }

    private void run(InjectedCpu processor) {
        try (processor) {
            guest.run(processor);
        } catch (CancellationException e) {
            // as announced
        } catch (RigException e) {
            if (!InjectedCpu.stopped(e)) {
                System.err.println("trapline: the guest cannot go on: " + e.getMessage());
            }
        } catch (RuntimeException e) {
            System.err.println("trapline: the guest died: " + e);
        }
    }
}
