package io.trapline.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jcstress.Options;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.infra.Status;
import org.openjdk.jcstress.infra.TestInfo;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.grading.GradingResult;
import org.openjdk.jcstress.infra.grading.TestGrading;
import org.openjdk.jcstress.infra.runners.ForkedTestConfig;
import org.openjdk.jcstress.infra.runners.Runner;
import org.openjdk.jcstress.infra.runners.TestConfig;
import org.openjdk.jcstress.infra.runners.TestList;
import org.openjdk.jcstress.os.AffinityMode;
import org.openjdk.jcstress.os.NodeType;
import org.openjdk.jcstress.os.SchedulingClass;

/**
 * Every jcstress test of this folder, a second each, in this JVM and as it compiles by itself: what is
 * forbidden must not happen. The long run, with every compiler and affinity, is {@code java -jar
 * stress/target/jcstress.jar}; it spends half a minute on looking at the machine first.
 */
class MemoryModelTest {
    private static final String[] SHORT = {"-iters", "2", "-time", "500", "-strideSize", "64"};

    /** Each state of these has a thread of its own: few at a time. */
    private static final String[] THREADED = {"-iters", "2", "-time", "500", "-strideSize", "8"};

    static SortedSet<String> tests() {
        return new TreeSet<>(TestList.tests());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tests")
    void allowsOnlyWhatItNames(String test) throws Exception {
        TestResult result = run(TestList.getInfo(test), test.endsWith("Thread") ? THREADED : SHORT);

        assertEquals(Status.NORMAL, result.status(), () -> String.join("\n", result.getMessages()));
        long allowed = 0;
        TestGrading grading = TestGrading.grade(result);
        for (GradingResult outcome : grading.gradingResults.values()) {
            System.out.printf(
                    "%s: %d times %s (%s, %s)%n",
                    test, outcome.count, outcome.id, outcome.expect, outcome.description);
            allowed += outcome.expect == Expect.ACCEPTABLE ? outcome.count : 0;
        }
        assertEquals(List.of(), grading.failureMessages);
        assertTrue(grading.isPassed && allowed > 0, "not one sample");
    }

    private static TestResult run(TestInfo test, String... settings) throws Exception {
        Options options = new Options(settings);
        assertTrue(options.parse());
        SchedulingClass anywhere =
                new SchedulingClass(AffinityMode.NONE, test.threads(), NodeType.PACKAGE);
        TestConfig config = new TestConfig(options, test, 1, List.of(), 0, anywhere);
        Runner<?> runner =
                (Runner<?>)
                        Class.forName(test.generatedRunner())
                                .getConstructor(ForkedTestConfig.class)
                                .newInstance(new ForkedTestConfig(config));
        TestResult result = runner.run();
        result.setConfig(config);
        return result;
    }
}
