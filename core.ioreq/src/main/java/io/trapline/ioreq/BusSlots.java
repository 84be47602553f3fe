package io.trapline.ioreq;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The places of PCI bus 0: who is there, who is wanted out, and who tells the guest. From any thread. */
final class BusSlots {
    private final LiveMachine machine;
    private final Map<DeviceBoard, Listener> controllers = new ConcurrentHashMap<>();
    private final Set<Bay> ejecting = ConcurrentHashMap.newKeySet();
    private int leaving; // guarded by this

    /** A device that tells the guest. */
    private record Listener(Runnable changed, AtomicInteger arrived) {}

    BusSlots(LiveMachine machine) {
        this.machine = machine;
    }

    int occupied() {
        int occupied = 0;
        for (Bay bay : machine.bays()) {
            occupied |= bay.places();
        }
        return occupied;
    }

    synchronized int leaving() {
        leaving &= occupied();
        return leaving;
    }

    /** Somebody tells the guest from now on, until his device goes; also of what his predecessor was not asked for. */
    void listen(DeviceBoard controller, Runnable changed) {
        DeviceBoard predecessor = controller.predecessor(); // null: none
        Listener before = predecessor == null ? null : controllers.get(predecessor);
        controllers.put(
                controller,
                new Listener(changed, before == null ? new AtomicInteger() : before.arrived));
    }

    /** Whether its device is gone; one that is held has a successor to come. */
    private static boolean isGone(DeviceBoard controller) {
        return controller.closed() && !controller.published();
    }

    /** A device has come; not the successor of one. */
    void arrived(int places) {
        synchronized (this) {
            leaving &= ~places; // it was another that was wanted out
        }
        controllers
                .values()
                .forEach(listener -> listener.arrived.accumulateAndGet(places, (a, b) -> a | b));
    }

    /** What has come since the same device asked last. */
    int takeArrived(DeviceBoard controller) {
        Listener listener = controllers.get(controller);
        return listener == null ? 0 : listener.arrived.getAndSet(0);
    }

    /** A device came or went. */
    void changed() {
        controllers.keySet().removeIf(BusSlots::isGone);
        controllers.forEach((board, listener) -> board.post(listener.changed));
    }

    /** A device is wanted out; false: there is nobody to ask the guest. */
    boolean ask(int places) {
        controllers.keySet().removeIf(BusSlots::isGone);
        if (controllers.isEmpty()) {
            return false;
        }
        synchronized (this) {
            leaving |= places;
        }
        changed();
        return true;
    }

    /** The guest has let go of a place, and may say so as often as it likes: a worker for each device, no more. */
    void eject(int device) {
        if (device == HostBridge.ADDRESS.device()) {
            return; // the bus itself
        }
        for (Bay bay : machine.bays()) {
            if ((bay.places() & 1 << device) != 0 && ejecting.add(bay)) {
                machine.workers().execute(() -> takeOut(bay));
            }
        }
    }

    private void takeOut(Bay bay) {
        try {
            machine.takeOut(bay, "ejected by the guest");
        } finally {
            ejecting.remove(bay);
        }
    }
}
