package io.trapline.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Version;

/** The second build differs from the first in its version and in nothing else. */
class SecondBuildTest {
    @TempDir private Path folder;

    @Test
    void onlyTheVersionIsNew() throws Exception {
        Path first = folder.resolve("first.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
        manifest.getMainAttributes().putValue("Bundle-SymbolicName", "x");
        manifest.getMainAttributes().putValue("Bundle-Version", "1.2.3");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(first), manifest)) {
            out.putNextEntry(new JarEntry("a/B.class"));
            out.write(new byte[] {1, 2, 3});
            out.closeEntry();
        }

        try (InputStream second =
                        SecondBuild.of(first, SecondBuild.next(Version.parseVersion("1.2.3")));
                JarInputStream jar = new JarInputStream(second)) {
            assertEquals("1.2.4", jar.getManifest().getMainAttributes().getValue("Bundle-Version"));
            assertEquals(
                    "x", jar.getManifest().getMainAttributes().getValue("Bundle-SymbolicName"));
            assertEquals("a/B.class", jar.getNextJarEntry().getName());
            assertArrayEquals(new byte[] {1, 2, 3}, jar.readAllBytes());
        }
    }
}
