package io.trapline.ioreq;

import io.trapline.machine.ClientMode;
import io.trapline.machine.DeviceRow;
import io.trapline.machine.MachineEvent;
import io.trapline.machine.MachineRow.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Which devices a machine has: they come and go, are moved to other ioreq clients, and taken out. */
final class Bays {
    private static final String MISNAMED =
            "the machine's own host bridge has that name: configure another";

    private final LiveMachine machine;
    private final Clients clients;
    private final BusSlots slots;
    private final Map<String, Bay> bays = new TreeMap<>(); // guarded by itself
    private final List<Plug> misnamed = new ArrayList<>(); // guarded by bays

    /** None yet. */
    Bays(LiveMachine machine, Clients clients, BusSlots slots) {
        this.machine = machine;
        this.clients = clients;
        this.slots = slots;
    }

    /** A device has come. */
    void plug(Plug plug) {
        if (machine.state() == State.STOPPED) {
            return;
        }
        if (plug.name().equals(HostBridge.NAME)) {
            refuse(plug);
            return;
        }
        clients.changing(
                () -> {
                    boolean plugged = false;
                    while (!plugged) { // again if that bay has just been dropped
                        plugged = made(plug.name()).plug(plug);
                    }
                });
        slots.changed();
        Bay bay = known(plug.name());
        if (bay != null && bay.isOnPci()) {
            addHostBridge();
        }
    }

    /** Whoever makes the bay plugs the bridge in. */
    private void addHostBridge() {
        Bay bay;
        synchronized (bays) {
            if (bays.containsKey(HostBridge.NAME) || !machine.wiring().isFree(HostBridge.ADDRESS)) {
                return;
            }
            bay = new Bay(machine, HostBridge.NAME);
            bays.put(HostBridge.NAME, bay);
        }
        clients.changing(() -> bay.plug(HostBridge.plug()));
        slots.changed();
    }

    private void refuse(Plug plug) {
        synchronized (bays) {
            misnamed.add(plug);
        }
        machine.event(
                MachineEvent.Kind.DEVICE,
                plug.name(),
                "REFUSED " + plug.bundle() + " " + plug.version() + ": " + MISNAMED);
    }

    /** Devices that were refused for their names, a row each. */
    List<DeviceRow> misnamed() {
        synchronized (bays) {
            return misnamed.stream().map(Bays::misnamed).toList();
        }
    }

    private static DeviceRow misnamed(Plug plug) {
        return new DeviceRow(
                plug.name(),
                DeviceRow.State.REFUSED,
                "",
                plug.bundle(),
                plug.version(),
                "",
                0,
                0,
                0,
                MISNAMED);
    }

    /** A device is going. */
    void unplug(Plug plug) {
        synchronized (bays) {
            misnamed.remove(plug);
        }
        Bay bay = known(plug.name());
        if (bay != null) {
            clients.changing(() -> bay.unplug(plug));
            slots.changed();
        }
    }

    /** A bundle is gone for good, and the places of its devices with it. */
    void bundleGone(long bundleId) {
        all().forEach(bay -> bay.bundleGone(bundleId));
    }

    /** A device is out and its service is gone: so is its place. Under the bay's lock. */
    void dropped(Bay bay) {
        synchronized (bays) {
            bays.remove(bay.name(), bay);
        }
        clients.changing(() -> {});
    }

    private Bay made(String device) {
        synchronized (bays) {
            return bays.computeIfAbsent(device, n -> new Bay(machine, n));
        }
    }

    /** The place of that device; null: there is none. */
    private Bay known(String device) {
        synchronized (bays) {
            return bays.get(device);
        }
    }

    /** The places of all devices. */
    List<Bay> all() {
        synchronized (bays) {
            return List.copyOf(bays.values());
        }
    }

    Bay bay(String device) {
        synchronized (bays) {
            Bay bay = bays.get(device);
            if (bay == null) {
                throw new IllegalArgumentException(
                        "no device "
                                + device
                                + " in machine "
                                + machine.name()
                                + ", there is "
                                + bays.keySet());
            }
            return bay;
        }
    }

    void map(String device, String client, ClientMode mode) {
        Bay bay = bay(device);
        clients.changing(
                () -> {
                    IoreqClient target = machine.client(client);
                    target.mode(mode);
                    bay.map(target);
                });
    }

    void eject(String device) {
        Bay bay = leaving(device);
        int places = bay.places();
        if (places == 0 || !slots.ask(places)) {
            takeOut(bay, "ejected by an administrator");
        }
    }

    void remove(String device) {
        takeOut(leaving(device), "removed by an administrator");
    }

    private Bay leaving(String device) {
        Bay bay = bay(device);
        if (device.equals(HostBridge.NAME)) {
            throw new IllegalArgumentException(
                    "device "
                            + device
                            + " is the PCI bus of machine "
                            + machine.name()
                            + ": it stays");
        }
        return bay;
    }

    /** Takes a device out for good, until somebody plugs it in again. */
    void takeOut(Bay bay, String why) {
        clients.changing(() -> bay.eject(why));
        slots.changed();
    }

    /** Somebody has left a place: who waits for it, looks. */
    void placeFreed() {
        for (Bay bay : all()) {
            bay.placeFreed();
        }
    }
}
