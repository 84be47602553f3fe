package io.trapline.rtc;

import io.trapline.device.Inspector;

/** What an operator sees of the clock's future: the rates, and how long until each event. */
final class Outlook {
    private Outlook() {}

    /**
     * Shows it as of the last count.
     *
     * @param updates whether there are updates, which SET and a resting divider prevent
     */
    static void show(Inspector out, Divider divider, Calendar calendar, boolean updates) {
        out.text("update rate", updates ? "1 Hz" : "none");
        out.text("periodic rate", divider.periodic() ? divider.rate() + " Hz" : "none");
        Inspector next = out.group("next, ns from now");
        if (updates) {
            next.number("update", divider.update(1) - divider.now());
            next.number(
                    "alarm, at the earliest",
                    divider.update(calendar.updatesToAlarm()) - divider.now());
        }
        if (divider.periodic()) {
            next.number("periodic interrupt", divider.nextEdge() - divider.now());
        }
    }
}
