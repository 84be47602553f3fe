package io.trapline.acrn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.rig.Injector;
import io.trapline.rig.RigException;
import org.junit.jupiter.api.Test;

/** The rig without a User VM: what it knows, and what it says when nothing is there. */
@OnRig
class InjectorTest {
    private final Injector rig = new Injector();

    @Test
    void knowsTheCommandsThatWeUse() {
        assertTrue(Injector.present());
        String help = rig.command("help");
        for (String command :
                new String[] {
                    "pio", "mmio", "cfg", "bulk", "mem", "map", "stat", "log", "bad", "clear",
                    "wait", "fail"
                }) {
            assertTrue(help.matches("(?s).*\\b" + command + "\\b.*"), command);
        }
    }

    @Test
    void saysThatThereIsNoMachine() {
        assertEquals("no-vm vm=0 ns=", words(() -> rig.readPort(0x3f8, 1)));
    }

    private static String words(Runnable access) {
        return assertThrows(RigException.class, access::run).words().replaceFirst("ns=\\d+", "ns=");
    }
}
