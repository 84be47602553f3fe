package io.trapline.acrn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary.Failure;

/** A breach of the protocol fails the test that made it, unless it said so. */
@OnRig
class ProtocolCheckTest {
    @OnRig
    static class Careless {
        @Test
        void completesWhatNobodyAsked() throws IOException {
            try (BareModel model = new BareModel()) {
                model.complete(2);
            }
        }

        @Test
        void isCareful() throws IOException {
            new BareModel().close();
        }
    }

    @OnRig(provokes = "vcpu2 completion notified with no access outstanding")
    static class Deliberate extends Careless {}

    @OnRig
    static class Forgetful {
        static BareModel forgotten;

        @Test
        void leavesAMachine() throws IOException {
            forgotten = new BareModel();
        }
    }

    private static List<Failure> run(Class<?> tests) {
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(tests))
                                .build(),
                        summary);
        assertTrue(summary.getSummary().getTestsStartedCount() > 0);
        return summary.getSummary().getFailures();
    }

    @Test
    void namesTheTestAndTheViolation() {
        List<Failure> failures = run(Careless.class);

        assertEquals(1, failures.size(), failures::toString);
        assertEquals(
                "completesWhatNobodyAsked()", failures.get(0).getTestIdentifier().getDisplayName());
        assertTrue(failures.get(0).getException().getMessage().contains("no access outstanding"));
    }

    @Test
    void allowsWhatIsProvoked() {
        assertEquals(List.of(), run(Deliberate.class));
    }

    @Test
    void noticesAMachineThatIsLeftBehind() throws IOException {
        List<Failure> failures = run(Forgetful.class);
        Forgetful.forgotten.close();

        assertEquals(1, failures.size(), failures::toString);
        assertTrue(failures.get(0).getException().getMessage().contains("left behind"));
    }
}
