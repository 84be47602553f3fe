package io.trapline.qtest.setup;

import io.trapline.qtest.options.BadOption;
import io.trapline.qtest.options.KeyValues;
import java.util.ArrayList;
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
    private static final Pattern ID = Pattern.compile("[A-Za-z][A-Za-z0-9_.-]*");

    // spotless:off
    /** COM1 to COM4. */
    private static final int[] SERIAL_PORTS = {0x3F8, 0x2F8, 0x3E8, 0x2E8};
    private static final int[] SERIAL_IRQS  = {4,     3,     4,     3};
    // spotless:on

    private final DeviceTypes types;
    private final Backends backends;
    private final Set<String> names = new HashSet<>();
    private int serialPorts;
    private int unnamed;

    Drivers(DeviceTypes types, Backends backends) {
        this.types = types;
        this.backends = backends;
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
        DeviceSpec device =
                switch (driver) {
                    case SERIAL -> serial(id, settings);
                    case CLOCK -> clock(id, settings);
                    default -> plain(driver, id, settings);
                };
        if (!names.add(device.name())) {
            throw new BadOption("there is a device " + device.name() + " already");
        }
        return device;
    }

    /** A name can be given again. */
    public void forget(String name) {
        names.remove(name);
    }

    private DeviceSpec plain(String pid, String id, Map<String, String> settings) {
        String name = id != null ? id : pid.substring(pid.indexOf('.') + 1) + unnamed++;
        return new DeviceSpec(pid, name, settings);
    }

    private DeviceSpec serial(String id, Map<String, String> given) throws BadOption {
        String indexText = given.remove("index");
        int index = indexText == null ? serialPorts : number("index", indexText);
        if (index < 0 || index >= SERIAL_PORTS.length) {
            throw new BadOption("isa-serial: index=" + index + ", wanted 0 to 3");
        }
        serialPorts = index + 1;
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
        return new DeviceSpec(UART, id != null ? id : "com" + (index + 1), settings);
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
