package io.trapline.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkListener;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceException;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.util.tracker.ServiceTracker;

/** The framework with its bundles, from start to stop. */
final class Platform implements AutoCloseable {
    /** Service property of a {@link Callable}: the command that it does. */
    static final String COMMAND = "trapline.command";

    /** Service property of a {@link ByteChannel}: its name as a character device. */
    static final String CHARDEV = "trapline.chardev";

    /** Service property of an {@link InputStream}: for whom it is. */
    static final String INPUT = "trapline.input";

    private static final Duration STOP = Duration.ofSeconds(15);

    // spotless:off
    /** When a bundle starts: what begins so, at that level; anything else at 1. */
    private static final Map<String, Integer> LEVELS = Map.of(
            "core.",                        2,
            "hypervisors.",                 3,
            "devices.",                     4,
            "shell",                        5,
            "console",                      5,
            "demo",                         5,
            "testport.",                    5,
            "org.apache.felix.gogo",        5,
            // Last: what it finds in its folder may need anything.
            "org.apache.felix.fileinstall", 6);
    // spotless:on

    private static final int LAST_LEVEL = 6;

    private final Framework framework;
    private final Path cache;
    private final boolean temporary;

    /**
     * Makes the framework; nothing runs yet.
     *
     * @param properties for every bundle to read
     * @param kept where to keep the framework's cache; null: in a temporary folder, deleted at the end
     */
    Platform(Map<String, String> properties, Path kept) throws BadInput {
        try {
            temporary = kept == null;
            cache =
                    temporary
                            ? Files.createTempDirectory("trapline-")
                            : Files.createDirectories(kept);
        } catch (IOException e) {
            throw new BadInput("cannot make the cache folder " + kept + ": " + e, e);
        }
        Map<String, String> all = new java.util.HashMap<>(properties);
        all.put(Constants.FRAMEWORK_STORAGE, cache.resolve("felix").toString());
        all.put(Constants.FRAMEWORK_BEGINNING_STARTLEVEL, Integer.toString(LAST_LEVEL));
        // HdrHistogram names it, for JDKs before 8, and goes without.
        all.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, "javax.xml.bind");
        all.put("felix.log.level", "0");
        all.put("felix.shutdown.hook", "false");
        framework = ServiceLoader.load(FrameworkFactory.class).iterator().next().newFramework(all);
    }

    /** Loads what {@link Platform} will want, and throws it away: only a matter of time. */
    static void prepare() {
        ServiceLoader.load(FrameworkFactory.class).iterator().next().newFramework(Map.of());
    }

    /** Installs the bundles and starts them, level by level. What fails is told in one line each. */
    void start(List<Path> bundles, Terminal terminal) throws BadInput {
        try {
            framework.init(tell());
            BundleContext context = framework.getBundleContext();
            context.registerService(
                    ByteChannel.class,
                    terminal.guest(),
                    new Hashtable<>(Map.of(CHARDEV, "terminal")));
            context.registerService(
                    InputStream.class, terminal.shell(), new Hashtable<>(Map.of(INPUT, "shell")));
            List<Bundle> installed = new ArrayList<>();
            // The log first: whoever finds none when it starts prints instead.
            for (Path jar : sorted(bundles)) {
                installed.add(install(context, jar));
            }
            for (Bundle bundle : installed) {
                if (bundle.getHeaders("").get(Constants.FRAGMENT_HOST) == null) {
                    bundle.start(Bundle.START_ACTIVATION_POLICY);
                }
            }
            context.addFrameworkListener(tell());
            framework.start();
        } catch (BundleException e) {
            throw new BadInput("the framework does not start: " + e.getMessage(), e);
        }
    }

    private static List<Path> sorted(List<Path> bundles) {
        return bundles.stream()
                .sorted(
                        Comparator.comparing(
                                jar -> !Layout.name(jar).equals("org.apache.felix.log")))
                .toList();
    }

    private static Bundle install(BundleContext context, Path jar)
            throws BundleException, BadInput {
        Bundle bundle = context.installBundle("reference:" + jar.toUri());
        if (bundle.getLastModified() < changed(jar)) {
            bundle.update();
        }
        bundle.adapt(BundleStartLevel.class).setStartLevel(level(Layout.name(jar)));
        return bundle;
    }

    /** When the file came: a reproducible jar has the same time of modification whatever is in it. */
    private static long changed(Path jar) {
        try {
            return ((FileTime) Files.getAttribute(jar, "unix:ctime")).toMillis();
        } catch (IOException | UnsupportedOperationException e) {
            return jar.toFile().lastModified();
        }
    }

    static int level(String name) {
        return LEVELS.entrySet().stream()
                .filter(entry -> name.startsWith(entry.getKey()))
                .mapToInt(Map.Entry::getValue)
                .findAny()
                .orElse(1);
    }

    private static FrameworkListener tell() {
        return event -> {
            if (event.getType() == FrameworkEvent.ERROR && !hasBeenTold(event.getThrowable())) {
                System.err.println(
                        "trapline: "
                                + event.getBundle().getSymbolicName()
                                + ": "
                                + oneLine(event.getThrowable()));
            }
        };
    }

    /** A service that its component could not make: the component has said why. */
    private static boolean hasBeenTold(Throwable thrown) {
        return thrown instanceof ServiceException e
                && e.getType() == ServiceException.FACTORY_ERROR;
    }

    private static String oneLine(Throwable e) {
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        return message.lines().findFirst().orElse("");
    }

    /** Waits for the service that does a command, and has it done. */
    int call(String command, Duration deadline) throws BadInput, InterruptedException {
        BundleContext context = framework.getBundleContext();
        try {
            String filter =
                    "(&(objectClass="
                            + Callable.class.getName()
                            + ")("
                            + COMMAND
                            + "="
                            + command
                            + "))";
            ServiceTracker<Callable<Integer>, Callable<Integer>> tracker =
                    new ServiceTracker<>(context, context.createFilter(filter), null);
            tracker.open();
            Callable<Integer> service = tracker.waitForService(deadline.toMillis());
            if (service == null) {
                throw new BadInput(
                        "nobody does \""
                                + command
                                + "\" after "
                                + deadline.toSeconds()
                                + " s; not started: "
                                + idle());
            }
            return service.call();
        } catch (InvalidSyntaxException e) {
            throw new AssertionError(e);
        } catch (InterruptedException | BadInput e) {
            throw e;
        } catch (Exception e) {
            throw new BadInput(command + ": " + oneLine(e), e);
        }
    }

    private List<String> idle() {
        return Stream.of(framework.getBundleContext().getBundles())
                .filter(bundle -> bundle.getState() != Bundle.ACTIVE)
                .map(Bundle::getSymbolicName)
                .toList();
    }

    /** Waits until somebody stops the framework. */
    void await() throws InterruptedException {
        framework.waitForStop(0);
    }

    /** Stops the framework: machines are paused and closed by their bundles. */
    @Override
    public void close() throws BadInput {
        try {
            framework.stop();
            FrameworkEvent end = framework.waitForStop(STOP.toMillis());
            if (end.getType() == FrameworkEvent.WAIT_TIMEDOUT) {
                throw new BadInput("the framework does not stop within " + STOP.toSeconds() + " s");
            }
        } catch (BundleException e) {
            throw new BadInput("the framework does not stop: " + oneLine(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (temporary) {
                delete(cache);
            }
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            System.err.println("trapline: left behind: " + folder + ": " + e.getMessage());
        }
    }
}
