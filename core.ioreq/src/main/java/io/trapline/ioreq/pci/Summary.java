package io.trapline.ioreq.pci;

import io.trapline.ioreq.pci.Header.Command;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What an administrator sees of a function at a glance. Read from any thread, so a moment's mixture of before and after
 * is possible.
 *
 * @param vendor Vendor ID
 * @param device Device ID
 * @param classCode Class Code
 * @param enabled the rights of Command that are given
 * @param registers base address registers, and where they decode
 * @param capabilities the list
 * @param interrupt which way interrupts go
 */
public record Summary(
        int vendor,
        int device,
        int classCode,
        String enabled,
        String registers,
        String capabilities,
        String interrupt) {
    private static final int MOST = 48; // capabilities that have room

    static Summary of(Registers registers, List<BaseAddress> bars, String interrupt) {
        return new Summary(
                registers.read(Header.VENDOR_ID, 2),
                registers.read(Header.DEVICE_ID, 2),
                registers.read(Header.CLASS_CODE, 3),
                enabled(registers.read(Header.COMMAND, 2)),
                bars.stream().map(BaseAddress::toString).collect(Collectors.joining(", ")),
                capabilities(registers),
                interrupt);
    }

    private static String enabled(int command) {
        List<String> words = new ArrayList<>();
        Map<Integer, String> names =
                Map.of(Command.IO, "io", Command.MEMORY, "memory", Command.BUS_MASTER, "master");
        for (int bit = Command.IO; bit <= Command.BUS_MASTER; bit <<= 1) {
            if ((command & bit) != 0) {
                words.add(names.get(bit));
            }
        }
        return String.join(" ", words);
    }

    /** Section 6.7: along the list, as a guest goes. */
    private static String capabilities(Registers registers) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        int at = registers.read(Header.CAPABILITIES, 1);
        for (int i = 0; i < MOST && at != 0; i++) {
            counts.merge(name(registers.read(at, 1)), 1, Integer::sum);
            at = registers.read(at + 1, 1);
        }
        return counts.entrySet().stream()
                .map(e -> e.getValue() == 1 ? e.getKey() : e.getValue() + " " + e.getKey())
                .collect(Collectors.joining(", "));
    }

    /** Appendix H. */
    private static String name(int id) {
        return switch (id) {
            case 0x01 -> "power";
            case Msi.ID -> "MSI";
            case 0x09 -> "vendor";
            case 0x10 -> "express";
            case Msix.ID -> "MSI-X";
            default -> String.format("0x%02x", id);
        };
    }
}
