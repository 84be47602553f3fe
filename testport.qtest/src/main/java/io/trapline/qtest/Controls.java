package io.trapline.qtest;

import io.trapline.machine.Machine;
import io.trapline.machine.MachineRow;
import io.trapline.machine.Machines;
import io.trapline.qtest.monitor.MonitoredMachine;
import io.trapline.qtest.options.BadOption;
import io.trapline.qtest.options.KeyValues;
import io.trapline.qtest.setup.Assembly;
import io.trapline.qtest.setup.DeviceSet;
import io.trapline.qtest.setup.Drivers;
import io.trapline.qtest.setup.MachineModel;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Lock;

/** What monitors do with the machine: each between two commands of the port. */
final class Controls implements MonitoredMachine {
    private final Machines machines;
    private final Drivers drivers;
    private final DeviceSet devices;
    private final Lock turn;
    private final Channels channels;
    private final Set<String> leaving = new HashSet<>(); // the guest has been asked; under turn

    Controls(Machines machines, Drivers drivers, DeviceSet devices, Lock turn, Channels channels) {
        this.machines = machines;
        this.drivers = drivers;
        this.devices = devices;
        this.turn = turn;
        this.channels = channels;
    }

    private Machine machine() {
        return machines.machine(Assembly.MACHINE);
    }

    @Override
    public List<String> machines() {
        return MachineModel.names();
    }

    @Override
    public List<String> deviceTypes() {
        return drivers.all();
    }

    @Override
    public void add(KeyValues device)
            throws BadOption, Assembly.Failed, IOException, InterruptedException {
        turn.lock();
        try {
            devices.add(device);
        } finally {
            turn.unlock();
        }
    }

    @Override
    public boolean delete(String device, Runnable gone)
            throws BadOption, IOException, InterruptedException {
        turn.lock();
        try {
            if (!devices.has(device)) {
                return false;
            }
            if (leaving.contains(device)) {
                throw new BadOption("Device " + device + " is already in the process of unplug");
            }
            machine().eject(device);
            if (devices.isOut(device)) {
                devices.remove(device);
                gone.run();
            } else {
                leaving.add(device);
                Thread waiting = new Thread(() -> removeOnceOut(device, gone), "qtest-" + device);
                waiting.setDaemon(true);
                waiting.start();
            }
            return true;
        } finally {
            turn.unlock();
        }
    }

    @Override
    public boolean resize(String drive, long size)
            throws BadOption, Assembly.Failed, IOException, InterruptedException {
        turn.lock();
        try {
            String device = drivers.ofDrive(drive);
            if (device == null) {
                return false;
            }
            if (drivers.isReadOnly(drive)) {
                throw new BadOption("drive " + drive + " is read-only");
            }
            devices.change(device, "size", Long.toString(size));
            return true;
        } finally {
            turn.unlock();
        }
    }

    /** The guest has been asked. */
    private void removeOnceOut(String device, Runnable gone) {
        try {
            devices.awaitOut(device);
            turn.lock();
            try {
                leaving.remove(device);
                devices.remove(device);
            } finally {
                turn.unlock();
            }
            gone.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            System.err.println(
                    "trapline: qtest: device " + device + " not removed: " + e.getMessage());
        } catch (IllegalArgumentException | IllegalStateException e) {
            // The machine, or the framework, has ended meanwhile, and the device with it.
        }
    }

    @Override
    public boolean running() {
        return machine().row().state() == MachineRow.State.RUNNING;
    }

    @Override
    public void reset() {
        turn.lock();
        try {
            boolean running = running();
            machine().reset();
            if (!running) { // it stands as it stood
                machine().pause();
            }
        } finally {
            turn.unlock();
        }
    }

    @Override
    public void pause() {
        turn.lock();
        try {
            machine().pause();
        } finally {
            turn.unlock();
        }
    }

    @Override
    public void resume() {
        turn.lock();
        try {
            machine().resume();
        } finally {
            turn.unlock();
        }
    }

    @Override
    public void quit() {
        channels.close();
    }
}
