package io.trapline.launcher;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where the parts of an installation lie.
 *
 * <pre>
 *   lib/       the launcher and its libraries
 *   bundles/   what is installed at start
 *   devices/   device bundles
 *   bench/     the measurements, with their class path
 *   guest/     the test guest, booted where no image is named
 *   etc/       the example of a configuration
 * </pre>
 */
record Layout(Path home) {
    /** Overrides where the installation is. */
    static final String HOME = "trapline.home";

    static Layout find() throws BadInput {
        String home = System.getProperty(HOME);
        Path path = home != null ? Path.of(home) : ofJar();
        Layout layout = new Layout(path.toAbsolutePath().normalize());
        if (!Files.isDirectory(layout.home.resolve("bundles"))) {
            throw new BadInput(
                    "no installation: "
                            + layout.home
                            + " has no folder bundles; run ./trapline build");
        }
        return layout;
    }

    private static Path ofJar() throws BadInput {
        try {
            Path jar =
                    Path.of(
                            Layout.class
                                    .getProtectionDomain()
                                    .getCodeSource()
                                    .getLocation()
                                    .toURI());
            return jar.getParent().getParent();
        } catch (URISyntaxException e) {
            throw new BadInput("the launcher does not know where it lies: set -D" + HOME, e);
        }
    }

    /** The jars of a folder by name; none if there is no such folder. */
    List<Path> jars(String folder) throws BadInput {
        Path path = home.resolve(folder);
        if (!Files.isDirectory(path)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(path)) {
            return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
        } catch (IOException e) {
            throw new BadInput("cannot read " + path + ": " + e.getMessage(), e);
        }
    }

    /** The bundles that are installed at start, without those whose names begin so. */
    List<Path> bundlesBut(String... prefixes) throws BadInput {
        return jars("bundles").stream()
                .filter(jar -> Stream.of(prefixes).noneMatch(name(jar)::startsWith))
                .toList();
    }

    /** The one jar of a folder whose name begins so. */
    Path jar(String folder, String prefix) throws BadInput {
        for (Path jar : jars(folder)) {
            if (name(jar).startsWith(prefix)) {
                return jar;
            }
        }
        throw new BadInput("no bundle " + prefix + " in " + home.resolve(folder));
    }

    /** What a machine boots that names no image. */
    Path testGuest() {
        return home.resolve("guest").resolve("monitor.bin");
    }

    /** A bundle's name as we speak of it: without our prefix, version and suffix. */
    static String name(Path jar) {
        String file = jar.getFileName().toString();
        String bare =
                file.startsWith("io.trapline.") ? file.substring("io.trapline.".length()) : file;
        return bare.replaceFirst("-\\d.*$", "").replaceFirst("\\.jar$", "");
    }
}
