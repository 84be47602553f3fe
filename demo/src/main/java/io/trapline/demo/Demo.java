package io.trapline.demo;

import io.trapline.machine.Machine;
import io.trapline.machine.MachineListener;
import io.trapline.machine.MachineRow;
import io.trapline.machine.Machines;
import io.trapline.rig.Injector;
import java.nio.channels.ByteChannel;
import java.time.Duration;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.felix.service.command.CommandProcessor;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Does {@code trapline demo}: five steps, each checked. */
@Component(property = "trapline.command=demo")
public final class Demo implements Callable<Integer> {
    /** The machine's name. */
    static final String MACHINE = "main";

    /** How long a guest may take for what it does at once. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Everything in the rig is emulated, and ten times slower or more. */
    private static final int SLOWNESS_OF_RIG = 12;

    private final Machines machines;
    private final CommandProcessor commands;
    private final BundleContext context;
    private final Transcript transcript = new Transcript();

    /** Of this process. */
    @Activate
    public Demo(
            @Reference Machines machines,
            @Reference CommandProcessor commands,
            BundleContext context) {
        this.machines = machines;
        this.commands = commands;
        this.context = context;
    }

    /** One step. */
    private interface Step {
        void run() throws Exception;
    }

    /** Returns 0 if all steps went as they should, else 1. */
    @Override
    public Integer call() throws InterruptedException {
        Bell bell =
                new Bell(Injector.present() ? PATIENCE.multipliedBy(SLOWNESS_OF_RIG) : PATIENCE);
        Wire wire = new Wire(bell);
        ServiceRegistration<MachineListener> listening =
                context.registerService(MachineListener.class, event -> bell.ring(), null);
        ServiceRegistration<ByteChannel> wired =
                context.registerService(
                        ByteChannel.class,
                        wire,
                        new Hashtable<>(Map.of("trapline.chardev", "demo")));
        try {
            Machine machine = machine(bell);
            try {
                return perform(new Steps(machine, commands, context, bell, wire, transcript));
            } finally {
                machine.stop();
            }
        } catch (StepFailed e) {
            transcript.say("no machine: " + e.getMessage());
            System.out.println("demo: 5 steps, 0 ok, no backend");
            return 1;
        } finally {
            listening.unregister();
            wired.unregister();
            wire.close();
        }
    }

    private Machine machine(Bell bell) throws StepFailed, InterruptedException {
        bell.await("a machine", () -> row().state() != MachineRow.State.CREATED, () -> "none");
        MachineRow row = row();
        if (row.state() != MachineRow.State.RUNNING) {
            throw new StepFailed("a running machine", row.state() + ": " + row.detail());
        }
        transcript.say("backend " + row.backend() + ": " + row.detail());
        return machines.machine(MACHINE);
    }

    private MachineRow row() {
        return machines.list().stream()
                .filter(row -> row.name().equals(MACHINE))
                .findAny()
                .orElse(new MachineRow(MACHINE, MachineRow.State.CREATED, "", 0, 0, 0, ""));
    }

    private int perform(Steps steps) throws InterruptedException {
        List<Map.Entry<String, Step>> all =
                List.of(
                        Map.entry("the guest runs, no device is installed", steps::unanswered),
                        Map.entry(
                                "the UART's bundle is installed into the running framework",
                                steps::install),
                        Map.entry("the UART moves to another ioreq client", steps::move),
                        Map.entry("the bundle is updated while the guest counts", steps::update),
                        Map.entry("the bundle is uninstalled", steps::uninstall));
        int done = 0;
        for (Map.Entry<String, Step> step : all) {
            transcript.say("step " + (done + 1) + ": " + step.getKey());
            try {
                step.getValue().run();
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                transcript.say(
                        "step "
                                + (done + 1)
                                + " FAILED: "
                                + (e instanceof StepFailed ? e.getMessage() : e));
                break;
            }
            done++;
            transcript.say("step " + done + ": ok");
        }
        System.out.println("demo: 5 steps, " + done + " ok, backend " + row().backend());
        return done == all.size() ? 0 : 1;
    }
}
