package io.trapline.ioreq;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** The ioreq clients of a machine: made when a device asks for one, replaced when a device hangs in one. */
final class Clients {
    private final LiveMachine machine;
    private final Dispatcher dispatcher;
    private final ReentrantLock replacing = new ReentrantLock();
    private final Map<String, IoreqClient> clients = new LinkedHashMap<>(); // guarded by itself
    private int changes; // guarded by clients

    /** Only the default client yet. */
    Clients(LiveMachine machine, Dispatcher dispatcher) {
        this.machine = machine;
        this.dispatcher = dispatcher;
        clients.put(LiveMachine.DEFAULT_CLIENT, dispatcher.defaultClient());
    }

    /** The client of that name, made if there is none. */
    IoreqClient named(String client) {
        if (client.equals(LiveMachine.DEFAULT_CLIENT) || client.isBlank()) {
            throw new IllegalArgumentException(
                    "no client for a device: '"
                            + client
                            + "', wanted any name but "
                            + LiveMachine.DEFAULT_CLIENT
                            + ", which answers what nobody claimed");
        }
        synchronized (clients) {
            return clients.computeIfAbsent(client, n -> new IoreqClient(n, machine.workers()));
        }
    }

    /** All of them, the default client first. */
    List<IoreqClient> all() {
        synchronized (clients) {
            return List.copyOf(clients.values());
        }
    }

    /**
     * A baton was not to be had in time. The client gets an heir of the same mode; the device that keeps the
     * baton is taken out, what waits for it is answered, and the other devices of that client go on.
     *
     * @return the device that hangs; null: none does any more
     */
    DeviceBoard giveUp(IoreqClient hung) {
        replacing.lock();
        try {
            if (!present(hung)) {
                return hung.occupant(); // somebody else was here before
            }
            hung.halt();
            DeviceBoard culprit = hung.occupant();
            replace(hung, culprit);
            return culprit;
        } finally {
            replacing.unlock();
        }
    }

    /**
     * The same, for who has seen what keeps the baton: nothing happens if it is something else now.
     *
     * @return whether it was given up
     */
    boolean giveUp(IoreqClient hung, Occupation seen) {
        replacing.lock();
        try {
            if (!present(hung)) {
                return false;
            }
            hung.halt(); // what runs now is the last that this client runs
            if (!seen.equals(hung.occupation())) {
                hung.goOn();
                return false;
            }
            replace(hung, seen.board());
            return true;
        } finally {
            replacing.unlock();
        }
    }

    private boolean present(IoreqClient client) {
        synchronized (clients) {
            return clients.get(client.name()) == client;
        }
    }

    /** In this order: the device takes nothing any more before others use what was its client's. */
    private void replace(IoreqClient hung, DeviceBoard culprit) {
        changing(
                () -> {
                    IoreqClient heir = new IoreqClient(hung.name(), machine.workers());
                    heir.mode(hung.mode());
                    synchronized (clients) {
                        clients.put(hung.name(), heir);
                    }
                    if (culprit != null) {
                        culprit.close();
                        machine.workers().execute(() -> culprit.bay().hangs(culprit));
                    }
                    machine.bays().forEach(bay -> bay.leave(hung, heir));
                    hung.giveUp(heir);
                    hung.close();
                    dispatcher.abandon(hung);
                });
        if (culprit != null) {
            machine.vm().threadLost(); // perhaps: it is in a request, or in a task after one
        }
    }

    /**
     * Changes who answers for what. Clients without a device go, once nobody is about to use one that he has
     * just made.
     */
    void changing(Runnable change) {
        synchronized (clients) {
            changes++;
        }
        try {
            change.run();
        } finally {
            synchronized (clients) {
                if (--changes == 0) {
                    tidy();
                }
            }
        }
    }

    private void tidy() {
        List<IoreqClient> used =
                machine.bays().stream().filter(Bay::needsClient).map(Bay::client).toList();
        clients.values()
                .removeIf(
                        client -> {
                            boolean idle =
                                    client != dispatcher.defaultClient() && !used.contains(client);
                            if (idle) {
                                client.close();
                            }
                            return idle;
                        });
    }
}
