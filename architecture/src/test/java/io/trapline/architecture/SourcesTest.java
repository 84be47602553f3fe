package io.trapline.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What no build file may say, and what each must. */
class SourcesTest {
    @Test
    void dependOnNoSnapshot() throws IOException {
        List<String> guilty = new ArrayList<>();
        for (Path file : buildFiles()) {
            if (Files.readString(file).contains("SNAPSHOT")) {
                guilty.add(Rooms.ROOT.relativize(file).toString());
            }
        }

        assertEquals(List.of(), guilty);
    }

    @Test
    void compareEveryContractWithItsBaseline() throws IOException {
        for (String room : Rooms.bundles()) {
            String pom = Files.readString(Rooms.ROOT.resolve(room).resolve("pom.xml"));

            assertEquals(
                    Rooms.mayExport(room), pom.contains("bnd-baseline-maven-plugin"), () -> room);
        }
    }

    private static List<Path> buildFiles() throws IOException {
        List<Path> files = new ArrayList<>();
        files.add(Rooms.ROOT.resolve("pom.xml"));
        files.add(Rooms.ROOT.resolve("bnd.bnd"));
        List<String> folders = new ArrayList<>(Rooms.all());
        folders.add("cnf");
        for (String folder : folders) {
            try (var children = Files.list(Rooms.ROOT.resolve(folder))) {
                children.filter(f -> f.toString().matches(".*(pom\\.xml|\\.bnd|\\.bndrun)"))
                        .forEach(files::add);
            }
        }
        assertTrue(files.size() > Rooms.all().size(), files::toString);
        return files;
    }
}
