package io.trapline.machine;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** One machine, from above. */
@ProviderType
public interface Machine {
    /** Its name. */
    String name();

    /** What it is and how it is. */
    MachineRow row();

    /** Stops the vCPUs and the machine's time; nothing if paused already. */
    void pause();

    /** Lets the vCPUs and the machine's time go on; nothing if running. */
    void resume();

    /** Power-on: devices, vCPUs, interrupt controllers; the image is loaded and started again. */
    void reset();

    /** Ends the guest for good; devices are taken out. The row stays, STOPPED, until the configuration goes. */
    void stop();

    /** One row a device, by name. */
    List<DeviceRow> devices();

    /** One row an ioreq client, the default client first. */
    List<ClientRow> clients();

    /** One row a claim, by type and address. */
    List<RangeRow> ranges();

    /** One row a function on the PCI bus, by its place. */
    List<PciRow> pci();

    /** One row a place that the guest touched and nobody claimed, most often touched first; bounded. */
    List<UnclaimedRow> unclaimed();

    /** One row an ioreq client: how many requests, how long they took. */
    List<StatsRow> stats();

    /**
     * Registers and state of a device, without the side effects of a guest's access.
     *
     * @param device its name
     * @return its tree
     */
    InspectedNode inspect(String device);

    /**
     * Wants a device out. A function on the PCI bus stays until the guest has let go of it, if there is somebody to
     * ask the guest (a hot-plug controller); any other goes at once. It is DETACHED then, until its configuration
     * changes or goes.
     *
     * @param device its name
     */
    void eject(String device);

    /**
     * Takes a device out at once, without asking the guest. Who deletes a device's configuration calls this first: else
     * the guest's accesses wait for a successor, which will not come, until the hold runs out.
     *
     * @param device its name
     */
    void remove(String device);

    /**
     * Has another ioreq client answer for a device, while the guest runs; the device keeps its state. A client
     * that does not exist is made; one that has no device left, goes.
     *
     * @param device its name
     * @param client the client's name; not {@code default}
     * @param mode how the client is to run from now on
     */
    void map(String device, String client, ClientMode mode);
}
