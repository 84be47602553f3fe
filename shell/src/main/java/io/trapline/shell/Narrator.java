package io.trapline.shell;

import io.trapline.machine.MachineEvent;
import io.trapline.machine.MachineListener;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Tells the operator what happens to machines. A device that throws again and again is told of ever more rarely. */
@Component(service = {MachineListener.class, Narrator.class})
public final class Narrator implements MachineListener {
    private final Screen screen;
    private volatile boolean asked;
    private final Map<String, Integer> faults = new ConcurrentHashMap<>();

    /** To the screen, once somebody wants to hear it. */
    @Activate
    public Narrator(@Reference Screen screen) {
        this.screen = screen;
    }

    /** Begins to tell. */
    void begin() {
        asked = true;
    }

    @Override
    public void happened(MachineEvent event) {
        if (!asked
                || event.kind() == MachineEvent.Kind.CLIENT
                || event.kind() == MachineEvent.Kind.FAULT && !rare(event)) {
            return;
        }
        String subject = event.subject().isEmpty() ? "" : " " + event.subject() + ":";
        screen.print("[" + event.machine() + "]" + subject + " " + event.detail());
    }

    /** The 1st, 2nd, 4th, 8th, ... */
    private boolean rare(MachineEvent event) {
        return Integer.bitCount(
                        faults.merge(event.machine() + "/" + event.subject(), 1, Integer::sum))
                == 1;
    }
}
