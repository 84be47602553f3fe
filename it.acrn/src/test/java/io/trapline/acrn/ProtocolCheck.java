package io.trapline.acrn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.trapline.rig.Injector;
import io.trapline.rig.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails the test after which the stand-in for the hypervisor has seen a violation, and the class that leaves a User VM. */
final class ProtocolCheck implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {
    private final List<String> known = new ArrayList<>();

    @Override
    public void beforeAll(ExtensionContext context) {
        try (Injector rig = new Injector()) {
            rig.clear();
        }
        known.clear();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        try (Injector rig = new Injector()) {
            check(context, rig);
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        try (Injector rig = new Injector()) {
            check(context, rig);
            List<Status.Machine> left = rig.status().machines();
            assertEquals(List.of(), left, "a User VM is left behind");
            rig.clear(); // what was provoked is no violation of the boot
        }
    }

    private void check(ExtensionContext context, Injector rig) {
        List<String> all = rig.violations();
        List<String> unexpected =
                all.stream()
                        .filter(v -> !known.contains(v))
                        .filter(v -> provoked(context).noneMatch(v::contains))
                        .toList();
        known.clear();
        known.addAll(all);
        assertEquals(List.of(), unexpected, "the protocol was violated");
    }

    private static Stream<String> provoked(ExtensionContext context) {
        OnRig mark = context.getRequiredTestClass().getAnnotation(OnRig.class);
        return mark == null ? Stream.empty() : Stream.of(mark.provokes());
    }
}
