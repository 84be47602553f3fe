package io.trapline.ioreq;

import io.trapline.hypervisor.VirtualMachine;
import io.trapline.hypervisor.VmStop;
import io.trapline.machine.MachineEvent;
import io.trapline.machine.MachineRow.State;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/** A machine's life: it runs, is paused and reset, and ends; one change at a time. */
final class MachineLife {
    private final LiveMachine machine;
    private final MachineSpec spec;
    private final VirtualMachine vm;
    private final MachineClock clock;
    private final String backend;
    private final Watchdog watchdog;
    private final ReentrantLock lifecycle = new ReentrantLock();
    private volatile State state = State.CREATED;
    private volatile String end = "";

    /**
     * Nothing runs yet.
     *
     * @param machine whose life, with its virtual machine and its clock
     * @param spec how it is configured
     * @param backend which it has, and why that one
     */
    MachineLife(LiveMachine machine, MachineSpec spec, String backend) {
        this.machine = machine;
        this.spec = spec;
        this.backend = backend;
        vm = machine.vm();
        clock = machine.clock();
        watchdog = new Watchdog(machine, spec.slowNanos(), spec.hungNanos());
    }

    State state() {
        return state;
    }

    /** Why it has ended; empty: it has not. */
    String end() {
        return end;
    }

    /** Loads the image and lets the guest run. */
    void start() throws IOException {
        lifecycle.lock();
        try {
            boot();
            clock.run();
            vm.start();
            state(State.RUNNING, "on " + backend);
        } finally {
            lifecycle.unlock();
        }
    }

    private void boot() throws IOException {
        if (spec.image() != null) {
            ImageLoader.Entry entry =
                    new ImageLoader(spec.image(), machine.ram()).load(spec.address(), spec.mode());
            vm.boot(entry.mode(), entry.entry());
        }
    }

    /** The guest has stopped by itself. */
    void ended(VmStop stop) {
        if (stop.kind() == VmStop.Kind.RESET) {
            try {
                reset();
            } catch (IllegalStateException e) {
                end("reset failed: " + e.getMessage());
            }
            return;
        }
        String registers =
                stop.registers().entrySet().stream()
                        .map(r -> r.getKey() + "=0x" + Long.toHexString(r.getValue()))
                        .collect(Collectors.joining(" "));
        end(
                "guest "
                        + stop.kind().name().toLowerCase(Locale.ROOT)
                        + ", vcpu "
                        + stop.vcpu()
                        + ": "
                        + stop.detail()
                        + (registers.isEmpty() ? "" : "; " + registers));
    }

    void pause() {
        lifecycle.lock();
        try {
            if (state == State.PAUSED) {
                return;
            }
            require(State.RUNNING, "pause");
            if (!vm.resumable()) {
                throw new IllegalStateException(
                        "machine "
                                + machine.name()
                                + ": backend "
                                + machine.backend()
                                + " cannot go on after a pause; reset or stop it instead");
            }
            vm.pause();
            clock.freeze();
            state(State.PAUSED, "");
        } catch (IOException e) {
            throw failed("pause", e);
        } finally {
            lifecycle.unlock();
        }
    }

    void resume() {
        lifecycle.lock();
        try {
            if (state == State.RUNNING) {
                return;
            }
            require(State.PAUSED, "resume");
            clock.run();
            vm.resume();
            state(State.RUNNING, "");
        } catch (IOException e) {
            throw failed("resume", e);
        } finally {
            lifecycle.unlock();
        }
    }

    void reset() {
        lifecycle.lock();
        try {
            if (state != State.PAUSED) {
                require(State.RUNNING, "reset");
                vm.pause();
                clock.freeze();
            }
            machine.dispatcher().renew(); // what is answered from now on is too late
            machine.bays()
                    .forEach(Bay::reset); // under each baton: no answer is on its way any more,
            machine.dispatcher().settle(); // nor by who holds none
            machine.dispatcher().pciPorts().reset();
            vm.reset();
            boot();
            clock.run();
            vm.resume();
            state(State.RUNNING, "reset");
        } catch (IOException e) {
            clock.freeze();
            state(State.PAUSED, "reset failed: " + e.getMessage());
            throw failed("reset", e);
        } finally {
            lifecycle.unlock();
        }
    }

    /**
     * Stops the guest ahead of {@link #end}, if nobody is busy with the machine. Quick, and done for all machines
     * first: one that hangs must not keep another from it. On ACRN a User VM that is not paused when the process
     * ends takes the Service VM with it.
     */
    void halt() {
        if (lifecycle.tryLock()) {
            try {
                if (state == State.RUNNING) {
                    vm.pause();
                }
            } catch (IOException e) {
                machine.event(MachineEvent.Kind.MACHINE, "", "not paused: " + e.getMessage());
            } finally {
                lifecycle.unlock();
            }
        }
    }

    /** Ends it: guest paused, devices out, virtual machine destroyed. Nothing the second time. */
    void end(String reason) {
        lifecycle.lock();
        try {
            if (state == State.STOPPED) {
                return;
            }
            end = reason;
            try {
                if (state == State.RUNNING) {
                    vm.pause();
                }
            } catch (IOException e) {
                end = reason + "; it could not be paused: " + e.getMessage();
            }
            clock.close();
            machine.bays().forEach(Bay::close);
            vm.close();
            machine.allClients().forEach(IoreqClient::close);
            state(State.STOPPED, end);
        } finally {
            lifecycle.unlock();
        }
    }

    private void require(State wanted, String what) {
        if (state != wanted) {
            throw new IllegalStateException(
                    "machine "
                            + machine.name()
                            + " is "
                            + state
                            + ": cannot "
                            + what
                            + ", wanted "
                            + wanted
                            + (end.isEmpty() ? "" : "; " + end));
        }
    }

    private IllegalStateException failed(String what, IOException e) {
        return new IllegalStateException(
                "machine " + machine.name() + ": " + what + " failed: " + e.getMessage(), e);
    }

    private void state(State next, String detail) {
        state = next;
        if (next == State.RUNNING) {
            watchdog.begin();
        } else {
            watchdog.end();
        }
        machine.event(
                MachineEvent.Kind.MACHINE,
                "",
                detail.isEmpty() ? next.toString() : next + ": " + detail);
    }

    /** Runs a task, unless somebody is about to pause, reset or end the machine. */
    void unlessChanging(Runnable task) {
        if (lifecycle.tryLock()) {
            try {
                task.run();
            } finally {
                lifecycle.unlock();
            }
        }
    }
}
