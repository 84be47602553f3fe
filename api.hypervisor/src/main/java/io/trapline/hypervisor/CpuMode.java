package io.trapline.hypervisor;

/** The state of the boot processor when it executes its first instruction. */
public enum CpuMode {
    /** 16-bit: CS = entry / 16, IP the rest (CS:IP = F000:FFF0 style for an entry below 1 MiB). */
    REAL,
    /** 32-bit, flat segments of 4 GiB, no paging, interrupts off. */
    PROTECTED,
    /** 64-bit, the first 4 GiB mapped one to one, interrupts off. */
    LONG
}
