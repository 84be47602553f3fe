import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;

/**
 * Sums JUnit's XML reports under the folders given and prints {@code N passed, N failed} (and {@code , N skipped}).
 * Fails when a test failed, when no test was run, or when a report cannot be read.
 */
final class Sum {
    private int tests;
    private int failed;
    private int skipped;

    public static void main(String[] folders) throws Exception {
        Sum sum = new Sum();
        for (String folder : folders) {
            for (Path report : reports(Path.of(folder))) {
                sum.add(report);
            }
        }
        int passed = sum.tests - sum.failed - sum.skipped;
        if (sum.tests == 0) {
            System.err.println("no test was run: no report in " + String.join(", ", folders));
        }
        System.out.println(passed + " passed, " + sum.failed + " failed"
                + (sum.skipped == 0 ? "" : ", " + sum.skipped + " skipped"));
        System.exit(sum.tests == 0 || sum.failed > 0 ? 1 : 0);
    }

    private static List<Path> reports(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(f -> f.getFileName().toString().matches("TEST-.*\\.xml")).sorted().toList();
        }
    }

    private void add(Path report) throws Exception {
        List<Element> suites = new ArrayList<>();
        Element root = DocumentBuilderFactory.newInstance().newDocumentBuilder()
                .parse(report.toFile()).getDocumentElement();
        if (root.getTagName().equals("testsuite")) {
            suites.add(root);
        } else {
            var children = root.getElementsByTagName("testsuite");
            for (int i = 0; i < children.getLength(); i++) {
                suites.add((Element) children.item(i));
            }
        }
        for (Element suite : suites) {
            tests += number(suite, "tests");
            failed += number(suite, "failures") + number(suite, "errors");
            skipped += number(suite, "skipped");
        }
    }

    private static int number(Element suite, String attribute) {
        String value = suite.getAttribute(attribute);
        return value.isEmpty() ? 0 : Integer.parseInt(value.trim());
    }
}
