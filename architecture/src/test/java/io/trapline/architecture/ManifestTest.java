package io.trapline.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import aQute.bnd.header.OSGiHeader;
import aQute.bnd.header.Parameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The manifest of every bundle, read against the table in {@link Rooms}. */
class ManifestTest {
    static List<String> bundles() throws IOException {
        return Rooms.bundles();
    }

    @Test
    void thereAreBundles() throws IOException {
        assertTrue(bundles().contains("core.ioreq"), () -> "no rooms under " + Rooms.ROOT);
    }

    @ParameterizedTest
    @MethodSource("bundles")
    void importsOnlyWhatItsRoomMay(String room) throws IOException {
        Set<String> allowed = Rooms.mayImport(room);
        assertNotNull(
                allowed, () -> room + " is not in the table of Rooms: say what it may import");

        assertEquals(
                List.of(),
                packages(room, "Import-Package").stream()
                        .filter(p -> !p.startsWith("java.") && !p.startsWith("javax."))
                        .filter(p -> !isOwn(room, p))
                        .filter(p -> allowed.stream().noneMatch(name -> Rooms.covers(name, p)))
                        .toList(),
                () -> room + " imports what it may not");
    }

    @ParameterizedTest
    @MethodSource("bundles")
    void exportsOnlyIfOthersMayImport(String room) throws IOException {
        List<String> exported = packages(room, "Export-Package");

        assertEquals(Rooms.mayExport(room), !exported.isEmpty(), () -> room + ": " + exported);
    }

    @ParameterizedTest
    @MethodSource("bundles")
    void requiresNoBundleAndImportsNothingAtRunTime(String room) throws IOException {
        assertEquals(List.of(), packages(room, "Require-Bundle"));
        assertEquals(List.of(), packages(room, "DynamicImport-Package"));
    }

    @ParameterizedTest
    @MethodSource("bundles")
    void isNamedAfterItsRoom(String room) throws IOException {
        assertEquals(List.of("io.trapline." + room), packages(room, "Bundle-SymbolicName"));
    }

    /** A bundle imports what it exports, so that all can share one version of it. */
    private static boolean isOwn(String room, String importedPackage) {
        String last = room.substring(room.lastIndexOf('.') + 1).replace("-", "");
        return Rooms.mayExport(room)
                && (importedPackage + ".").startsWith("io.trapline." + last + ".");
    }

    private static List<String> packages(String room, String header) throws IOException {
        Parameters clauses = OSGiHeader.parseHeader(manifest(room).getValue(header));
        return List.copyOf(clauses.keySet());
    }

    private static Attributes manifest(String room) throws IOException {
        Path jar = Rooms.ROOT.resolve(room).resolve("target").resolve(room + "-1.0.0.jar");
        assertTrue(Files.exists(jar), () -> "not built: " + jar);
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.getManifest().getMainAttributes();
        }
    }
}
