package io.trapline.ioreq;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The interrupt lines of a bay: each stays the same object for every device that is ever plugged in there. */
final class BayLines {
    private final InterruptPins pins;
    private final Map<Integer, Line> lines = new ConcurrentHashMap<>();

    BayLines(InterruptPins pins) {
        this.pins = pins;
    }

    /** The line of that number, made if there is none. */
    Line line(int gsi) {
        return lines.computeIfAbsent(gsi, n -> new Line(pins, n));
    }

    /** Keeps the pins as they are while a successor is installed. Under the baton. */
    void latch() {
        lines.values().forEach(Line::latch);
    }

    /** Lets the pins follow what the successor wants; what it does not use is lowered. Under the baton. */
    void keepThoseOf(DeviceBoard fresh) {
        lines.values()
                .removeIf(
                        line -> {
                            boolean unused = !fresh.lines().contains(line);
                            if (unused) {
                                pins.cut(line);
                            } else {
                                line.unlatch();
                            }
                            return unused;
                        });
    }

    /** The device is out: nobody drives them any more. */
    void cut() {
        lines.values().forEach(pins::cut);
        lines.clear();
    }
}
