package io.trapline.qtest.monitor;

import io.trapline.qtest.options.BadOption;
import io.trapline.qtest.options.KeyValues;
import io.trapline.qtest.setup.Assembly;
import java.io.IOException;
import java.util.List;

/** What a monitor's commands work on. */
public interface MonitoredMachine {
    /** The names of the machines that there are. */
    List<String> machines();

    /** The device types that {@link #add} takes. */
    List<String> deviceTypes();

    /** Adds a device; returns when it serves. */
    void add(KeyValues device) throws BadOption, Assembly.Failed, IOException, InterruptedException;

    /**
     * Wants a device out; a function on the PCI bus goes when the guest lets go of it.
     *
     * @param gone run once it is out, before this returns or later, by another thread
     * @return false: there is none of that name
     * @throws BadOption if it is leaving already: its going is told once
     */
    boolean delete(String device, Runnable gone)
            throws BadOption, IOException, InterruptedException;

    /** Gives a disk another size, a multiple of 512 bytes; false: there is none for that drive. */
    boolean resize(String drive, long size)
            throws BadOption, Assembly.Failed, IOException, InterruptedException;

    /** Whether it runs. */
    boolean running();

    /** Power-on. */
    void reset();

    /** Lets it stand still, its time too. */
    void pause();

    /** Lets it go on. */
    void resume();

    /** Ends everything. */
    void quit();
}
