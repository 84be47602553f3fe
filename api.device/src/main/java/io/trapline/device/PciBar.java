package io.trapline.device;

/** Kinds of base address registers (PCI Local Bus 3.0, section 6.2.5.1). */
public enum PciBar {
    /** Ports: at least 4 bytes, at most 256 (section 6.2.5.1). */
    IO,
    /** Memory below 4 GiB: at least 16 bytes. */
    MEMORY_32,
    /** Memory anywhere; takes two registers. */
    MEMORY_64,
    /** The same, without side effects of reads. */
    MEMORY_64_PREFETCHABLE
}
