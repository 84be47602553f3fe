package io.trapline.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** A shipped device bundle as another vendor could have made it: under another name, with another PID. */
final class VendorBundle {
    private VendorBundle() {}

    /** Writes the bundle of a device type under another name. */
    static Path of(String pid, String otherPid, Path target) throws IOException {
        Path shipped = Path.of("target", "trapline", "devices", pid + "-1.0.0.jar");
        try (ZipFile zip = new ZipFile(shipped.toFile());
                OutputStream file = Files.newOutputStream(target);
                ZipOutputStream out = new ZipOutputStream(file)) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                out.putNextEntry(new ZipEntry(entry.getName()));
                try (InputStream in = zip.getInputStream(entry)) {
                    copy(entry.getName(), in, out, pid, otherPid);
                }
                out.closeEntry();
            }
        }
        return target;
    }

    private static void copy(
            String name, InputStream in, OutputStream out, String pid, String otherPid)
            throws IOException {
        if (name.equals("META-INF/MANIFEST.MF")) {
            Manifest manifest = new Manifest(in);
            manifest.getMainAttributes().putValue("Bundle-SymbolicName", otherPid);
            manifest.write(out);
        } else if (name.endsWith(".xml")) {
            String text = new String(in.readAllBytes(), UTF_8);
            out.write(text.replace('"' + pid + '"', '"' + otherPid + '"').getBytes(UTF_8));
        } else {
            in.transferTo(out);
        }
    }
}
