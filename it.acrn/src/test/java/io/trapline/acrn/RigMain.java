package io.trapline.acrn;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.reporting.legacy.xml.LegacyXmlReportGeneratingListener;

/**
 * Runs test classes inside the rig: {@code RigMain SECONDS REPORTS CLASS...}. Ends with 0 if every test passed and every
 * class had one; with 3, and the stack of every thread, when time is up.
 */
final class RigMain implements TestExecutionListener {
    private final long start = System.nanoTime();
    private final TreeSet<String> silent;
    private int passed;
    private int failed;

    private RigMain(List<String> classes) {
        silent = new TreeSet<>(classes);
    }

    public static void main(String[] arguments) {
        endAfter(Duration.ofSeconds(Long.parseLong(arguments[0])));
        List<String> classes = List.of(arguments).subList(2, arguments.length);
        RigMain run = new RigMain(classes);
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(
                                        classes.stream()
                                                .map(DiscoverySelectors::selectClass)
                                                .toList())
                                .build(),
                        run,
                        new LegacyXmlReportGeneratingListener(
                                Path.of(arguments[1]), new PrintWriter(System.err, true, UTF_8)));
        System.exit(run.end());
    }

    private static void endAfter(Duration limit) {
        Thread watch =
                new Thread(
                        () -> {
                            try {
                                Thread.sleep(limit.toMillis());
                            } catch (InterruptedException e) {
                                return;
                            }
                            System.out.println("time is up after " + limit);
                            Thread.getAllStackTraces().forEach(RigMain::print);
                            Runtime.getRuntime().halt(3);
                        },
                        "limit");
        watch.setDaemon(true);
        watch.start();
    }

    private static void print(Thread thread, StackTraceElement[] stack) {
        System.out.println(thread);
        for (StackTraceElement frame : stack) {
            System.out.println("    " + frame);
        }
    }

    private int end() {
        silent.forEach(name -> say("no test was run in " + name));
        say(passed + " passed, " + failed + " failed");
        return failed == 0 && silent.isEmpty() ? 0 : 1;
    }

    private void say(String line) {
        System.out.printf("[%7.2f s] %s%n", (System.nanoTime() - start) / 1e9, line);
    }

    @Override
    public void executionStarted(TestIdentifier test) {
        if (test.isTest()) {
            say(name(test));
        }
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        say("SKIPPED: " + name(test) + ": " + reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (test.isTest()) {
            silent.remove(className(test).replaceFirst("\\$.*", ""));
        }
        switch (result.getStatus()) {
            case SUCCESSFUL -> passed += test.isTest() ? 1 : 0;
            case ABORTED -> say("SKIPPED: " + name(test) + ": " + result.getThrowable());
            case FAILED -> {
                failed++;
                say("FAILED: " + name(test));
                result.getThrowable().ifPresent(t -> t.printStackTrace(System.out));
            }
            default -> throw new AssertionError(result);
        }
    }

    private static String name(TestIdentifier test) {
        String name = className(test);
        return name.substring(name.lastIndexOf('.') + 1) + " " + test.getDisplayName();
    }

    private static String className(TestIdentifier test) {
        return test.getSource()
                .filter(MethodSource.class::isInstance)
                .map(source -> ((MethodSource) source).getClassName())
                .orElse("");
    }
}
