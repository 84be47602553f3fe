package io.trapline.launcher;

import jakarta.json.stream.JsonParsingException;
import java.io.IOException;
import java.nio.file.Path;

/** Says where a JSON file is broken. */
final class JsonFault {
    private JsonFault() {}

    static BadInput explain(Path file, String text, IOException e) {
        if (e.getCause() instanceof JsonParsingException fault && fault.getLocation() != null) {
            long line = fault.getLocation().getLineNumber();
            long column = fault.getLocation().getColumnNumber();
            String shown = text.lines().skip(Math.max(0, line - 1)).findFirst().orElse("").strip();
            return new BadInput(
                    file
                            + ":"
                            + line
                            + ": not JSON at column "
                            + column
                            + (shown.isEmpty() ? "" : ": " + shown),
                    e);
        }
        return new BadInput(file + ": " + e.getMessage(), e);
    }
}
