package io.trapline.bench;

import io.trapline.rig.Rig;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The rig's device model in C, {@code hsm_model}. */
final class CModel {
    /** Where it is, if not in the rig's cache. */
    static final String VARIABLE = "TRAPLINE_HSM_MODEL";

    private static final String CACHE = "HSMRIG_CACHE";
    private static final String IN_CACHE = "out/hsm_model";

    private final Path program; // null: not there
    private final String missing;

    private CModel(Path program, String missing) {
        this.program = program;
        this.missing = missing;
    }

    /** Looks for it. */
    static CModel find() {
        Map<String, String> environment = System.getenv();
        Path program;
        if (environment.containsKey(VARIABLE)) {
            program = Path.of(environment.get(VARIABLE));
        } else if (environment.containsKey(CACHE)) {
            program = Path.of(environment.get(CACHE), IN_CACHE);
        } else {
            try {
                program = Rig.find().folder().resolve("cache").resolve(IN_CACHE);
            } catch (FileNotFoundException e) {
                return new CModel(null, "no C model: set " + VARIABLE + ", " + e.getMessage());
            } catch (IOException e) {
                return new CModel(null, "no C model: " + e.getMessage());
            }
        }
        return Files.isExecutable(program)
                ? new CModel(program, null)
                : new CModel(null, "no C model: no program " + program + ", set " + VARIABLE);
    }

    /** Why it cannot be measured; null if it can. */
    String missing() {
        return missing;
    }

    /** Has it answer a User VM. */
    ModelProcess serve() throws IOException {
        return ModelProcess.start(List.of(program.toString(), "serve"));
    }

    /**
     * Its own bench, for what it serves in no other way.
     *
     * @param accesses of each kind
     * @param line how it calls the kind, single blanks between the words
     */
    AcrnTurn bench(Path folder, int accesses, String line)
            throws IOException, InterruptedException {
        List<String> command = List.of(program.toString(), "bench", Integer.toString(accesses));
        return parse(Command.run(folder, 0, command), line);
    }

    static AcrnTurn parse(String printed, String line) throws IOException {
        return printed.lines()
                .map(l -> l.replaceAll(" +", " "))
                .filter(l -> l.startsWith(line + " ok "))
                .findFirst()
                .map(l -> new AcrnTurn(number(l, "p50"), 1e9 / number(l, "rate")))
                .orElseThrow(() -> new IOException("no line \"" + line + "\" in: " + printed));
    }

    private static double number(String line, String name) {
        Matcher found = Pattern.compile("\\b" + name + "=(\\d+)").matcher(line);
        if (!found.find()) {
            throw new IllegalStateException("no " + name + " in: " + line);
        }
        return Double.parseDouble(found.group(1));
    }
}
