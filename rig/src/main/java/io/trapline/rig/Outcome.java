package io.trapline.rig;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * How a boot ended.
 *
 * @param status the command's; 124: time ran out; 125: the guest never delivered one (a panic)
 * @param console what the kernel said
 * @param violations breaches of the protocol; a line of its own if the guest could not report them
 * @param folder where all this is kept
 */
public record Outcome(
        int status,
        String stdout,
        String stderr,
        String console,
        List<String> violations,
        Path folder) {
    static final String STDOUT = "stdout";
    static final String STDERR = "stderr";

    // spotless:off
    /** What a healthy kernel does not say. */
    private static final Pattern TROUBLE = Pattern.compile(String.join("|",
            "WARNING:", "\\bBUG\\b", "\\bOops\\b", "general protection", "hung task", "INFO: task", "Call Trace",
            "use-after-free", "refcount_t", "={5,}", "Kernel panic", "unable to handle", "segfault",
            "Out of memory"));
    // spotless:on

    static Outcome read(Path folder, int status) throws IOException {
        return new Outcome(
                status,
                text(folder.resolve(STDOUT)),
                text(folder.resolve(STDERR)),
                text(folder.resolve("console.log")),
                violations(folder.resolve("violations")),
                folder);
    }

    /** A program may print anything: what is no UTF-8 is replaced. */
    private static String text(Path file) throws IOException {
        return Files.exists(file)
                ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                : "";
    }

    private static List<String> violations(Path file) throws IOException {
        String report = text(file).strip();
        if (!report.startsWith("violations=")) {
            return List.of("the guest did not say how many violations there were");
        }
        return report.equals("violations=0") ? List.of() : report.lines().toList();
    }

    /** What the kernel should not have said. */
    public List<String> kernelTrouble() {
        return console.lines().filter(line -> TROUBLE.matcher(line).find()).toList();
    }

    /** All that is wrong: status, violations, kernel; empty if nothing is. */
    public List<String> complaints() {
        List<String> complaints = new ArrayList<>();
        if (status != 0) {
            complaints.add("status " + status);
        }
        violations.forEach(v -> complaints.add("violation: " + v));
        kernelTrouble().forEach(k -> complaints.add("kernel: " + k));
        return complaints;
    }
}
