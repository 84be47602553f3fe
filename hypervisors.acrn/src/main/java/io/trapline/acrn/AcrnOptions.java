package io.trapline.acrn;

import io.trapline.hypervisor.VmShape;
import io.trapline.linux.HostMemory.Pages;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The settings of a User VM that only ACRN has.
 *
 * @param name 16 bytes: what the hypervisor's configuration calls it
 * @param flags of the hypervisor: see {@link #FLAGS}
 * @param affinity a bit for each physical processor, one a vCPU; 0: as the hypervisor's configuration says
 * @param pages behind its memory
 * @param passThrough what it is given beside memory
 * @param storms when an interrupt storm is met, and how; null: never
 */
record AcrnOptions(
        byte[] name,
        long flags,
        long affinity,
        Pages pages,
        PassThroughPlan passThrough,
        InterruptMonitor.Limits storms) {
    private static final int NAME_LENGTH = 16;

    /** What older versions of the hypervisor know it by, in the same 16 bytes. */
    private static final Pattern UUID_TEXT =
            Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

    // spotless:off
    /** {@code GUEST_FLAG_*} of the hypervisor's {@code acrn_common.h}, from bit 0 on. */
    static final List<String> FLAGS = List.of(
        "secure_world_enabled", "lapic_passthrough", "io_completion_polling", "hide_mtrr", "rt", "nvmx_enabled",
        "security_vm", "vcat_enabled", "static_vm", "tee", "ree", "pmu_passthrough", "vhwp", "vtm");
    // spotless:on

    private static final String VMNAME = "vmname", AFFINITY = "affinity", FLAG_LIST = "flags";
    private static final String POLLING = "polling", HUGEPAGES = "hugepages";
    private static final String STORMS = "intrmonitor";
    static final Set<String> KNOWN =
            Set.of(
                    VMNAME,
                    AFFINITY,
                    FLAG_LIST,
                    POLLING,
                    HUGEPAGES,
                    PassThroughPlan.PCI,
                    PassThroughPlan.MMIO,
                    PassThroughPlan.VDEV,
                    STORMS);

    /** Reads a shape's options, for this host's functions. */
    static AcrnOptions of(VmShape shape) {
        return of(shape, Path.of("/sys/bus/pci/devices"));
    }

    /**
     * Reads a shape's options; refuses a value that makes no sense.
     *
     * @param functions sysfs' folder of PCI functions
     */
    static AcrnOptions of(VmShape shape, Path functions) {
        Map<String, String> given = shape.options();
        long flags = flags(shape, given.getOrDefault(FLAG_LIST, ""));
        if (flag(shape, given.getOrDefault(POLLING, "false"))) {
            flags |= bit("io_completion_polling");
        }
        requirePolling(shape, flags);
        return new AcrnOptions(
                name(shape, given.getOrDefault(VMNAME, shape.name())),
                flags,
                affinity(shape, given.getOrDefault(AFFINITY, "")),
                pages(shape, given.getOrDefault(HUGEPAGES, "off")),
                PassThroughPlan.of(shape, functions),
                storms(shape, given.getOrDefault(STORMS, "")));
    }

    /** The hypervisor refuses notifications for a User VM that the Service VM may not disturb. */
    private static void requirePolling(VmShape shape, long flags) {
        for (String flag : List.of("rt", "lapic_passthrough")) {
            if ((flags & bit(flag)) != 0 && (flags & bit("io_completion_polling")) == 0) {
                throw refused(
                        shape,
                        FLAG_LIST,
                        flag,
                        "polling=true with it: such a User VM is not notified");
            }
        }
    }

    private static byte[] name(VmShape shape, String text) {
        byte[] name = new byte[NAME_LENGTH];
        if (UUID_TEXT.matcher(text).matches()) {
            UUID uuid = UUID.fromString(text);
            ByteBuffer.wrap(name)
                    .putLong(uuid.getMostSignificantBits())
                    .putLong(uuid.getLeastSignificantBits());
            return name;
        }
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        if (bytes.length == 0
                || bytes.length >= NAME_LENGTH // a zero ends it
                || !text.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
            throw refused(
                    shape,
                    VMNAME,
                    text,
                    "1 to 15 printable ASCII characters without blanks, or a UUID");
        }
        System.arraycopy(bytes, 0, name, 0, bytes.length);
        return name;
    }

    private static long bit(String flag) {
        return 1L << FLAGS.indexOf(flag);
    }

    private static long flags(VmShape shape, String lines) {
        long flags = 0;
        for (String flag :
                lines.isBlank() ? new String[0] : lines.strip().split("\\s*[\\n,]\\s*")) {
            String lower = flag.toLowerCase(Locale.ROOT);
            if (FLAGS.contains(lower)) {
                flags |= bit(lower);
            } else {
                flags |= number(shape, flag);
            }
        }
        return flags;
    }

    private static long number(VmShape shape, String flag) {
        try {
            boolean hex = flag.startsWith("0x");
            return Long.parseUnsignedLong(hex ? flag.substring(2) : flag, hex ? 16 : 10);
        } catch (NumberFormatException e) {
            throw refused(shape, FLAG_LIST, flag, "a number, or one of " + FLAGS);
        }
    }

    private static long affinity(VmShape shape, String text) {
        long mask = 0;
        for (String part : text.isBlank() ? new String[0] : text.strip().split("\\s*,\\s*")) {
            String[] ends = part.split("\\s*-\\s*", 2);
            try {
                int first = Integer.parseInt(ends[0]);
                int last = Integer.parseInt(ends[ends.length - 1]);
                if (first < 0 || last < first || last >= Long.SIZE) {
                    throw new NumberFormatException();
                }
                mask |= -1L >>> (Long.SIZE - 1 - (last - first)) << first;
            } catch (NumberFormatException e) {
                throw refused(shape, AFFINITY, text, "processors 0 to 63 as 2-3 or 1,3");
            }
        }
        return mask;
    }

    private static Pages pages(VmShape shape, String text) {
        return switch (text) {
            case "off" -> Pages.SMALL;
            case "2M" -> Pages.HUGE_2M;
            case "1G" -> Pages.HUGE_1G;
            default -> throw refused(shape, HUGEPAGES, text, "off, 2M or 1G");
        };
    }

    private static InterruptMonitor.Limits storms(VmShape shape, String text) {
        try {
            return text.isBlank() ? null : InterruptMonitor.Limits.parse(text.strip());
        } catch (IllegalArgumentException e) {
            throw refused(shape, STORMS, text, e.getMessage());
        }
    }

    private static boolean flag(VmShape shape, String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw refused(shape, POLLING, text, "true or false");
        };
    }

    static IllegalArgumentException refused(
            VmShape shape, String key, String value, String wanted) {
        return new IllegalArgumentException(
                "machine " + shape.name() + ": " + key + "=" + value + ", wanted " + wanted);
    }

    /** As the arguments of CREATE_VM in a message. */
    @Override
    public String toString() {
        List<String> set = new ArrayList<>();
        set.add("name " + new String(name, StandardCharsets.US_ASCII).trim());
        set.add("flags 0x" + Long.toHexString(flags));
        set.add("affinity 0x" + Long.toHexString(affinity));
        return String.join(", ", set);
    }
}
