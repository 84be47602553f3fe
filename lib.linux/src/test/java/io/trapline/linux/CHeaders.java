package io.trapline.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Compares tables of constants with the installed C headers. A table is a class: its static primitive fields are
 * constants of C, its nested classes structures with the offsets of their fields and {@code SIZEOF}. Two
 * underscores in a field's name are a dot in C, three an index: {@code res___0__size}.
 */
public final class CHeaders {
    private static final String SHOW =
            "#define SHOW(name, value) printf(\"%s %llu\\n\", name, (unsigned long long) (value))\n";

    private final Path directory;
    private final List<String> headers;

    /**
     * A comparison.
     *
     * @param directory empty, for the C program
     * @param headers what it includes, e.g. {@code linux/kvm.h}
     */
    public CHeaders(Path directory, String... headers) {
        this.directory = directory;
        this.headers = List.of(headers);
    }

    /** Asserts that each number of the tables, of which there are at least so many, is C's. */
    public void agree(int least, Class<?>... tables) throws Exception {
        Map<String, Long> ours = new LinkedHashMap<>();
        StringBuilder program = new StringBuilder("#define _GNU_SOURCE\n#include <stddef.h>\n");
        program.append("#include <stdio.h>\n");
        headers.forEach(header -> program.append("#include <%s>\n".formatted(header)));
        program.append(SHOW).append("int main(void) {\n");
        for (Class<?> table : tables) {
            collect(table, "", ours, program);
            for (Class<?> structure : table.getDeclaredClasses()) {
                collect(structure, structure.getSimpleName(), ours, program);
            }
        }
        assertTrue(ours.size() >= least, "constants found: " + ours.size());
        assertEquals(new TreeMap<>(ours).toString(), compiled(program + "}\n").toString());
    }

    private static void collect(
            Class<?> table, String structure, Map<String, Long> ours, StringBuilder program)
            throws IllegalAccessException {
        for (Field field : table.getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getType().isPrimitive()) {
                field.setAccessible(true);
                String name = field.getName();
                String key = structure.isEmpty() ? name : structure + "." + name;
                ours.put(key, ((Number) field.get(null)).longValue());
                program.append("    SHOW(\"%s\", %s);\n".formatted(key, inC(structure, name)));
            }
        }
    }

    private static String inC(String structure, String name) {
        if (structure.isEmpty()) {
            return name;
        }
        String member = name.replaceAll("___(\\d+)", "[$1]").replace("__", ".");
        return name.equals("SIZEOF")
                ? "sizeof(struct %s)".formatted(structure)
                : "offsetof(struct %s, %s)".formatted(structure, member);
    }

    private Map<String, Long> compiled(String program) throws Exception {
        Path source = Files.writeString(directory.resolve("numbers.c"), program);
        Path binary = directory.resolve("numbers");
        needCompiler();
        run("gcc", "-w", "-o", binary.toString(), source.toString());
        Map<String, Long> numbers = new TreeMap<>();
        for (String line : run(binary.toString()).split("\n")) {
            String[] words = line.split(" ");
            numbers.put(words[0], Long.parseUnsignedLong(words[1]));
        }
        return numbers;
    }

    private void needCompiler() throws InterruptedException {
        String missing = null;
        try {
            new ProcessBuilder("gcc", "--version").start().waitFor();
            for (String header : headers) {
                if (!Files.exists(Path.of("/usr/include", header))
                        && !Files.exists(Path.of("/usr/include/x86_64-linux-gnu", header))) {
                    missing = "no header " + header + " (packages libc6-dev, linux-libc-dev)";
                }
            }
        } catch (IOException e) {
            missing = "no gcc";
        }
        if (missing != null) {
            if ("true".equals(System.getenv("TRAPLINE_REQUIRE_ALL"))) {
                fail(missing);
            }
            System.err.println("SKIPPED: " + missing);
            assumeTrue(false, missing);
        }
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }
}
