package io.trapline.qtest.setup;

import io.trapline.qtest.options.BadOption;
import io.trapline.qtest.options.KeyValues;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What {@code -device} and the monitor's {@code device_add} ask for: QEMU's names for some of our types, and the
 * types themselves, by the PID of their configurations. By one thread at a time.
 */
public final class Drivers {
    /** A serial port with QEMU's properties. */
    public static final String SERIAL = "isa-serial";

    /** A clock with QEMU's properties. */
    public static final String CLOCK = "mc146818rtc";

    private static final String UART = "devices.uart";
    private static final String RTC = "devices.rtc";
    private static final String BLOCK = "devices.virtioblk";
    private static final String BLOCK_PCI = "virtio-blk-pci";
    private static final String BLOCK_MMIO = "virtio-blk-device";
    private static final Pattern ID = Pattern.compile("[A-Za-z][A-Za-z0-9_.-]*");

    // spotless:off
    /** A microvm's places for virtio devices. */
    private static final int VIRTIO_SLOTS = 24, FIRST_VIRTIO_LINE = 24;
    private static final long VIRTIO_MMIO = 0xFEB0_0000L, VIRTIO_LENGTH = 0x200;

    /** QEMU's properties of a disk, and ours. */
    private static final Map<String, String> BLOCK_PROPERTIES = Map.of(
            "serial",              "serial",
            "num-queues",          "queues",
            "queue-size",          "queuesize",
            "logical_block_size",  "blocksize",
            "physical_block_size", "physicalblocksize");

    /** What says nothing here: there is no legacy interface, and as many vectors as queues and one. */
    private static final Set<String> PASSED_OVER =
            Set.of("bus", "disable-legacy", "disable-modern", "vectors", "bootindex", "ioeventfd", "min_io_size");

    /** QEMU's properties for features, ours, and what they are unless something is said. */
    private static final List<Property> RING_FEATURES = List.of(
            new Property("indirect_desc",     "indirect_desc",     true),
            new Property("event_idx",         "event_idx",         true),
            new Property("queue_reset",       "ring_reset",        true),
            new Property("packed",            "packed",            false),
            new Property("in_order",          "in_order",          false),
            new Property("notification_data", "notification_data", false),
            new Property("notif_config_data", "notif_config_data", false));

    /** COM1 to COM4. */
    private static final int[] SERIAL_PORTS = {0x3F8, 0x2F8, 0x3E8, 0x2E8};
    private static final int[] SERIAL_IRQS  = {4,     3,     4,     3};
    // spotless:on

    /** A property that is on or off. */
    private record Property(String name, String feature, boolean usual) {}

    private final DeviceTypes types;
    private final Backends backends;
    private final Drives drives;
    private final Set<String> names = new HashSet<>();
    private final Map<String, String> disks = new HashMap<>(); // devices by their drives
    private final Map<Integer, String> slots =
            new HashMap<>(); // of virtio-mmio, with their devices
    private int serialPorts;
    private int unnamed;

    /** A device that nothing speaks against, unless its name does; and what is taken for it then. */
    private record Candidate(DeviceSpec device, Runnable take) {}

    Drivers(DeviceTypes types, Backends backends, Drives drives) {
        this.types = types;
        this.backends = backends;
        this.drives = drives;
    }

    /** The names that a driver can have. */
    public List<String> all() {
        List<String> all = new ArrayList<>(types.pids());
        if (all.contains(UART)) {
            all.add(SERIAL);
        }
        if (all.contains(RTC)) {
            all.add(CLOCK);
        }
        if (all.contains(BLOCK)) {
            all.add(BLOCK_PCI);
            all.add(BLOCK_MMIO);
        }
        return all;
    }

    /** What stands for an option, e.g. {@code isa-serial,chardev=c0}. */
    public DeviceSpec device(KeyValues option) throws BadOption {
        KeyValues given = option.withFirst("driver");
        String driver = given.first();
        if (!all().contains(driver)) {
            throw new BadOption(
                    "no device type " + driver + ", there is " + String.join(", ", all()));
        }
        Map<String, String> settings = new LinkedHashMap<>(given.values());
        settings.remove("driver");
        String id = settings.remove("id");
        if (id != null && !ID.matcher(id).matches()) {
            throw new BadOption("id=" + id + ", wanted letters, digits, and - . _ after a letter");
        }
        Candidate candidate =
                switch (driver) {
                    case SERIAL -> serial(id, settings);
                    case CLOCK -> new Candidate(clock(id, settings), () -> {});
                    case BLOCK_PCI -> block(driver, id, settings);
                    case BLOCK_MMIO -> block(driver, id, settings);
                    default -> new Candidate(plain(driver, id, settings), () -> {});
                };
        DeviceSpec device = candidate.device();
        if (!names.add(device.name())) {
            throw new BadOption("there is a device " + device.name() + " already");
        }
        candidate.take().run();
        return device;
    }

    /** A name can be given again, and what its device had. */
    public void forget(String name) {
        names.remove(name);
        disks.values().remove(name);
        slots.values().remove(name);
    }

    /** Whether a drive may only be read. */
    public boolean isReadOnly(String drive) throws BadOption {
        return drives.settings(drive).containsKey(Drives.READ_ONLY);
    }

    /** The device that has a drive; null: there is none. */
    public String ofDrive(String drive) {
        return disks.get(drive);
    }

    private DeviceSpec plain(String pid, String id, Map<String, String> settings) {
        String name = id != null ? id : pid.substring(pid.indexOf('.') + 1) + unnamed++;
        return new DeviceSpec(pid, name, settings);
    }

    private Candidate serial(String id, Map<String, String> given) throws BadOption {
        String indexText = given.remove("index");
        int index = indexText == null ? serialPorts : number("index", indexText);
        if (index < 0 || index >= SERIAL_PORTS.length) {
            throw new BadOption("isa-serial: index=" + index + ", wanted 0 to 3");
        }
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("port", or(given.remove("iobase"), SERIAL_PORTS[index]));
        settings.put("irq", or(given.remove("irq"), SERIAL_IRQS[index]));
        String chardev = given.remove("chardev");
        if (chardev != null) {
            settings.put("chardev", backends.spec(chardev));
        }
        if (types.knows(UART, "transmit")) {
            settings.put("transmit", "instant");
        }
        given.remove("baudbase");
        given.remove("wakeup");
        requireNothing(SERIAL, given, "chardev, iobase, irq, index");
        String name = id != null ? id : "com" + (index + 1);
        return new Candidate(new DeviceSpec(UART, name, settings), () -> serialPorts = index + 1);
    }

    private DeviceSpec clock(String id, Map<String, String> given) throws BadOption {
        Map<String, String> settings = new LinkedHashMap<>();
        for (String key : List.of("base", "irq")) {
            if (given.containsKey(key)) {
                settings.put(key, given.remove(key));
            }
        }
        String policy = given.remove("lost_tick_policy");
        if (policy != null) {
            settings.put("ticks", policy);
        }
        requireNothing(CLOCK, given, "base, irq, lost_tick_policy");
        return new DeviceSpec(RTC, id != null ? id : "rtc", settings);
    }

    private Candidate block(String driver, String id, Map<String, String> given) throws BadOption {
        String drive = given.remove("drive");
        if (drive == null) {
            throw new BadOption(driver + " wants drive, the id of a -drive");
        }
        Map<String, String> settings = new LinkedHashMap<>(drives.settings(drive));
        if (disks.containsKey(drive)) {
            throw new BadOption("drive " + drive + " is that of device " + disks.get(drive));
        }
        for (Map.Entry<String, String> property : BLOCK_PROPERTIES.entrySet()) {
            String value = given.remove(property.getKey());
            if (value != null) {
                settings.put(property.getValue(), value);
            }
        }
        String withheld = withheld(given);
        if (!withheld.isEmpty()) {
            settings.put("withhold", withheld);
        }
        int slot = driver.equals(BLOCK_MMIO) ? freeSlot() : -1;
        settings.putAll(slot < 0 ? onPci(given.remove("addr")) : inSlot(slot));
        given.keySet().removeAll(PASSED_OVER);
        requireNothing(
                driver, given, "drive, addr, " + String.join(", ", BLOCK_PROPERTIES.keySet()));
        String name = id != null ? id : "virtioblk" + unnamed++;
        return new Candidate(
                new DeviceSpec(BLOCK, name, settings),
                () -> {
                    disks.put(drive, name);
                    if (slot >= 0) {
                        slots.put(slot, name);
                    }
                });
    }

    private static Map<String, String> onPci(String place) {
        return place == null
                ? Map.of("transport", "pci")
                : Map.of(
                        "transport",
                        "pci",
                        "slot",
                        place.startsWith("0x") ? place.substring(2) : place);
    }

    private static Map<String, String> inSlot(int slot) {
        return Map.of(
                "transport", "mmio",
                "address", Long.toString(VIRTIO_MMIO + VIRTIO_LENGTH * slot),
                "irq", Integer.toString(FIRST_VIRTIO_LINE + slot));
    }

    /** The last that is free. */
    private int freeSlot() throws BadOption {
        for (int slot = VIRTIO_SLOTS - 1; slot >= 0; slot--) {
            if (!slots.containsKey(slot)) {
                return slot;
            }
        }
        throw new BadOption("no place for another " + BLOCK_MMIO + ", there are " + VIRTIO_SLOTS);
    }

    /** Clients of tests take what they are offered, and know what QEMU offers without being asked. */
    private static String withheld(Map<String, String> given) throws BadOption {
        List<String> off = new ArrayList<>();
        for (Property property : RING_FEATURES) {
            String value = given.remove(property.name());
            if (value != null && !value.equals("on") && !value.equals("off")) {
                throw new BadOption(property.name() + "=" + value + ", wanted on or off");
            }
            if (value == null ? !property.usual() : value.equals("off")) {
                off.add(property.feature());
            }
        }
        return String.join(";", off);
    }

    private static void requireNothing(String driver, Map<String, String> rest, String known)
            throws BadOption {
        if (!rest.isEmpty()) {
            throw new BadOption(
                    driver
                            + " has no property "
                            + rest.keySet().iterator().next()
                            + ", there is "
                            + known);
        }
    }

    private static String or(String given, int otherwise) {
        return given != null ? given : Integer.toString(otherwise);
    }

    private static int number(String key, String text) throws BadOption {
        try {
            return Integer.decode(text);
        } catch (NumberFormatException e) {
            throw new BadOption(key + "=" + text + ", wanted a number");
        }
    }
}
