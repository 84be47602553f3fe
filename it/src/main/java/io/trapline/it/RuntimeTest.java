package io.trapline.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;

/** The whole runtime, as the resolver put it together, starts. */
class RuntimeTest {
    private final Bundle[] bundles =
            FrameworkUtil.getBundle(RuntimeTest.class).getBundleContext().getBundles();

    /** A lazy bundle, such as JNA, is active once somebody uses it; until then it is starting. */
    @Test
    void everyBundleIsStarted() {
        List<Bundle> idle =
                Arrays.stream(bundles)
                        .filter(b -> (b.getState() & (Bundle.ACTIVE | Bundle.STARTING)) == 0)
                        .toList();

        assertEquals(List.of(), idle);
    }

    @Test
    void holdsTheCoreAndADevice() {
        List<String> names = Arrays.stream(bundles).map(Bundle::getSymbolicName).toList();

        assertTrue(
                names.containsAll(List.of("io.trapline.core.ioreq", "io.trapline.devices.uart")),
                names::toString);
    }
}
