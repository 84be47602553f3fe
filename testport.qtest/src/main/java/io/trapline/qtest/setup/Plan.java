package io.trapline.qtest.setup;

import static io.trapline.qtest.options.Option.CHARDEV;
import static io.trapline.qtest.options.Option.DEVICE;
import static io.trapline.qtest.options.Option.DRIVE;
import static io.trapline.qtest.options.Option.MACHINE;
import static io.trapline.qtest.options.Option.MEMORY;
import static io.trapline.qtest.options.Option.MON;
import static io.trapline.qtest.options.Option.NODEFAULTS;
import static io.trapline.qtest.options.Option.QMP;
import static io.trapline.qtest.options.Option.QTEST;
import static io.trapline.qtest.options.Option.SERIAL;
import static io.trapline.qtest.options.Option.SMP;

import io.trapline.qtest.options.BadOption;
import io.trapline.qtest.options.CommandLine;
import io.trapline.qtest.options.KeyValues;
import io.trapline.qtest.options.Option;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/** What a command line asks for. */
public final class Plan {
    /** Standard input and output, as the place of a port. */
    public static final String STDIO = "stdio";

    private static final String HOTPLUG = "devices.hotplug";
    private static final long MIB = 1L << 20;
    private static final long GRANULE = 2 * MIB;
    private static final long USUAL_MEMORY = 128 * MIB;
    private static final long MOST_MEMORY = 1L << 40;
    private static final int MOST_PROCESSORS = 16;

    private final CommandLine line;
    private final Drivers drivers;
    private final Backends backends = new Backends();
    private final Drives drives = new Drives();
    private final KeyValues machineOption;
    private final MachineModel model;
    private final List<DeviceSpec> devices = new ArrayList<>();

    /** Reads a command line, with the device types that there are. */
    public Plan(CommandLine line, DeviceTypes types) throws BadOption {
        this.line = line;
        drivers = new Drivers(types, backends, drives);
        String machine = line.last(MACHINE);
        machineOption = KeyValues.parse(machine == null ? "" : machine);
        model = MachineModel.of(machineOption);
        for (String option : line.all(CHARDEV)) {
            backends.add(option);
        }
        for (String option : line.all(DRIVE)) {
            drives.add(option);
        }
        addClock();
        addSerialPorts();
        if (model.hasHotplug() && types.pids().contains(HOTPLUG)) {
            devices.add(drivers.device(new KeyValues(HOTPLUG, Map.of("id", "hotplug"))));
        }
        for (String option : line.all(DEVICE)) {
            devices.add(drivers.device(KeyValues.parse(option)));
        }
    }

    private void addClock() throws BadOption {
        if (!model.hasClock(machineOption)) {
            return;
        }
        String option = line.last(Option.RTC);
        KeyValues rtc = KeyValues.parse(option == null ? "" : option);
        Map<String, String> settings = new HashMap<>(Map.of("base", rtc.get("base", "utc")));
        if (rtc.get("driftfix", "none").equals("slew")) {
            settings.put("lost_tick_policy", "slew");
        }
        devices.add(drivers.device(new KeyValues(Drivers.CLOCK, settings)));
    }

    private void addSerialPorts() throws BadOption {
        if (!model.hasSerialPorts(machineOption)) {
            return;
        }
        List<String> serials = line.all(SERIAL);
        for (int i = 0; i < serials.size(); i++) {
            String id = backends.addSerial(serials.get(i), i);
            if (id != null) {
                addSerialPort(i, Map.of("chardev", id));
            }
        }
        boolean asked = machineOption.on("isa-serial") || !line.has(NODEFAULTS);
        boolean given =
                line.all(DEVICE).stream()
                        .anyMatch(d -> KeyValues.parse(d).first().equals(Drivers.SERIAL));
        if (serials.isEmpty() && asked && !given) {
            addSerialPort(0, Map.of());
        }
    }

    private void addSerialPort(int index, Map<String, String> more) throws BadOption {
        Map<String, String> settings = new HashMap<>(more);
        settings.put("index", Integer.toString(index));
        devices.add(drivers.device(new KeyValues(Drivers.SERIAL, settings)));
    }

    /** Devices, in the order of the command line, those first that are built in. */
    public List<DeviceSpec> devices() {
        return devices;
    }

    /** Whether there is the port that tells firmware about the machine. */
    public boolean hasFirmwareConfiguration() {
        return model.hasFirmwareConfiguration();
    }

    /** Makes devices of what the monitor asks for. */
    public Drivers drivers() {
        return drivers;
    }

    /** What the lines of {@code -chardev} are. */
    public Backends backends() {
        return backends;
    }

    /** Bytes of RAM. */
    public long memory() throws BadOption {
        String option = line.last(MEMORY);
        if (option == null) {
            return USUAL_MEMORY;
        }
        String size = KeyValues.parse(option).withFirst("size").first();
        if (!size.matches("[0-9]{1,12}[bkmgtBKMGT]?")) {
            throw new BadOption("-m " + option + ", wanted e.g. 256 or 2G");
        }
        int letters = size.length() - (Character.isDigit(size.charAt(size.length() - 1)) ? 0 : 1);
        long unit =
                switch (size.substring(letters).toLowerCase(Locale.ROOT)) {
                    case "b" -> 1;
                    case "k" -> 1 << 10;
                    case "g" -> MIB << 10;
                    case "t" -> MIB << 20;
                    default -> MIB;
                };
        long number = Long.parseLong(size.substring(0, letters));
        if (number == 0 || number > MOST_MEMORY / unit) {
            throw new BadOption("-m " + option + ", wanted 1 byte to 1 TiB");
        }
        return (number * unit + GRANULE - 1) / GRANULE * GRANULE;
    }

    /** The number of processors, of which only the first does anything. */
    public int processors() throws BadOption {
        String option = line.last(SMP);
        String count = option == null ? "1" : KeyValues.parse(option).withFirst("cpus").first();
        if (!count.matches("[0-9]{1,2}")
                || Integer.parseInt(count) < 1
                || Integer.parseInt(count) > MOST_PROCESSORS) {
            throw new BadOption("-smp " + option + ", wanted 1 to " + MOST_PROCESSORS);
        }
        return Integer.parseInt(count);
    }

    /** The machine's identity; zeroes where none is given. */
    public UUID uuid() throws BadOption {
        String option = line.last(Option.UUID);
        try {
            return option == null ? new UUID(0, 0) : UUID.fromString(option);
        } catch (IllegalArgumentException e) {
            throw new BadOption(
                    "-uuid " + option + ", wanted e.g. 4600cb32-38ec-4b2f-8acb-81c6ea54f2d8");
        }
    }

    /** Where the port is: {@code stdio} or a socket. */
    public KeyValues port() throws BadOption {
        String option = line.last(QTEST);
        if (option == null) {
            throw new BadOption("no -qtest: wanted -qtest unix:PATH or -qtest stdio");
        }
        KeyValues place = place(option);
        return place.first().equals(STDIO) ? place : socket(option, place);
    }

    /** Where the monitors are. */
    public List<KeyValues> monitors() throws BadOption {
        List<KeyValues> places = new ArrayList<>();
        for (String option : line.all(MON)) {
            KeyValues monitor = KeyValues.parse(option).withFirst("chardev");
            // The other kind is for people: QEMU's own commands, which mean nothing here.
            if (monitor.get("mode", "readline").equals("control")) {
                places.add(socket(option, backends.get(monitor.first())));
            }
        }
        for (String option : line.all(QMP)) {
            places.add(socket(option, place(option)));
        }
        return places;
    }

    private static KeyValues socket(String option, KeyValues place) throws BadOption {
        if (!place.first().equals("socket")) {
            throw new BadOption("monitor " + option + ": wanted a socket");
        }
        return place;
    }

    private KeyValues place(String option) throws BadOption {
        if (option.startsWith("chardev:")) {
            return backends.get(option.substring("chardev:".length()));
        }
        return Backends.shortNotation(option);
    }
}
