package io.trapline.hypervisor;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How a machine stopped by itself.
 *
 * @param kind what happened
 * @param vcpu which processor saw it
 * @param detail one line for an administrator
 * @param registers names and values of that processor, in the order of the manual; empty where unknown
 */
public record VmStop(Kind kind, int vcpu, String detail, Map<String, Long> registers) {
    /** What can happen to a guest. */
    public enum Kind {
        /** Every processor halted, and nothing can wake them. */
        HALTED,
        /** The guest asked to be switched off, or its script ended. */
        SHUTDOWN,
        /** The guest asked to be reset. */
        RESET,
        /** Triple fault, emulation failure, entry failure: the guest is dead. */
        DIED
    }

    /** Copies the registers, keeping their order. */
    public VmStop {
        registers = Collections.unmodifiableMap(new LinkedHashMap<>(registers));
    }
}
