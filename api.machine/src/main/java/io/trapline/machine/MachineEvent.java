package io.trapline.machine;

import java.time.Instant;

/**
 * Something that happened to a machine.
 *
 * @param time when
 * @param machine its name
 * @param kind what
 * @param subject the device or client concerned; empty if it is the machine
 * @param detail one line for an administrator
 */
public record MachineEvent(Instant time, String machine, Kind kind, String subject, String detail) {
    /** What can happen. */
    public enum Kind {
        /** The machine's state changed. */
        MACHINE,
        /** A device's state changed. */
        DEVICE,
        /** An ioreq client came, went or changed its mode. */
        CLIENT,
        /** A device threw. */
        FAULT
    }
}
