package io.trapline.qtest.setup;

import io.trapline.qtest.options.BadOption;
import io.trapline.qtest.options.KeyValues;
import java.util.LinkedHashMap;
import java.util.Map;

/** What {@code -drive} defines: an image, by its id. */
public final class Drives {
    /** Setting of a block device. */
    static final String READ_ONLY = "readonly";

    private static final String NOTHING = "null-co://";
    private static final long USUAL_LENGTH = 1L << 30;

    private final Map<String, KeyValues> byId = new LinkedHashMap<>();

    /** Takes a {@code -drive}. */
    void add(String option) throws BadOption {
        KeyValues drive = KeyValues.parse(option);
        String id = drive.get("id", "drive" + byId.size());
        if (!drive.get("if", "none").equals("none")) {
            throw new BadOption(
                    "-drive " + option + ": wanted if=none, and a -device with drive=" + id);
        }
        if (!drive.get("format", "raw").equals("raw")) {
            throw new BadOption(
                    "-drive " + option + ": no format " + drive.get("format") + ", there is raw");
        }
        if (byId.putIfAbsent(id, drive) != null) {
            throw new BadOption("there are two -drive with id=" + id);
        }
    }

    /** What a block device is configured with for a drive. */
    Map<String, String> settings(String id) throws BadOption {
        KeyValues drive = byId.get(id);
        if (drive == null) {
            throw new BadOption("no -drive with id=" + id + ", there is " + byId.keySet());
        }
        String file = drive.get("file", "");
        if (file.isEmpty()) {
            throw new BadOption("-drive id=" + id + " has no file");
        }
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put(
                "image",
                file.equals(NOTHING)
                        ? "null:" + drive.get("file.size", Long.toString(USUAL_LENGTH))
                        : file);
        if (drive.on(READ_ONLY) || drive.on("read-only")) {
            settings.put(READ_ONLY, "true");
        }
        return settings;
    }
}
