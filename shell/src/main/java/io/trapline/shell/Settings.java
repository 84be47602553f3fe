package io.trapline.shell;

import java.util.stream.Stream;

/**
 * What there is to configure, for who completes commands. A service apart from it: a framework may be without
 * configurations, or without what describes them.
 */
interface Settings {
    /** The factory PIDs of devices, and of what belongs to them. */
    Stream<String> pids();

    /** The keys of a factory PID; none if nobody knows it. */
    Stream<String> keys(String pid);

    /** The devices of a machine that have a configuration; none where there is no such machine. */
    Stream<String> devices(String machine);

    /** What may be set of a device. */
    Stream<String> keys(String machine, String device);
}
