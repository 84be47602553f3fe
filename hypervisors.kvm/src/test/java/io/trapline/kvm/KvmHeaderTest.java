package io.trapline.kvm;

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
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every number in {@link Kvm} and {@link Libc} is what the installed C headers say. */
class KvmHeaderTest {
    private static final String HEADERS =
            """
            #define _GNU_SOURCE
            #include <errno.h>
            #include <fcntl.h>
            #include <linux/kvm.h>
            #include <linux/membarrier.h>
            #include <signal.h>
            #include <stddef.h>
            #include <stdio.h>
            #include <sys/epoll.h>
            #include <sys/eventfd.h>
            #include <sys/mman.h>
            #include <sys/syscall.h>
            #define SHOW(name, value) printf("%s %llu\\n", name, (unsigned long long) (value))
            """;

    @TempDir Path directory;

    @Test
    void agreesWithTheHeaders() throws Exception {
        Map<String, Long> ours = new LinkedHashMap<>();
        StringBuilder program = new StringBuilder(HEADERS).append("int main(void) {\n");
        for (Class<?> table : new Class<?>[] {Kvm.class, Libc.class}) {
            collect(table, "", ours, program);
            for (Class<?> structure : table.getDeclaredClasses()) {
                collect(structure, structure.getSimpleName(), ours, program);
            }
        }
        assertTrue(ours.size() > 200, "constants found: " + ours.size());
        assertEquals(new TreeMap<>(ours).toString(), compiled(program + "}\n").toString());
    }

    private static void collect(
            Class<?> table, String structure, Map<String, Long> ours, StringBuilder program)
            throws IllegalAccessException {
        for (Field field : table.getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getType().isPrimitive()) {
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
        return name.equals("SIZEOF")
                ? "sizeof(struct %s)".formatted(structure)
                : "offsetof(struct %s, %s)".formatted(structure, name.replace("__", "."));
    }

    private Map<String, Long> compiled(String program) throws Exception {
        Path source = Files.writeString(directory.resolve("numbers.c"), program);
        Path binary = directory.resolve("numbers");
        if (!installed()) {
            String message = "no gcc or no linux/kvm.h (packages gcc, linux-libc-dev)";
            if ("true".equals(System.getenv("TRAPLINE_REQUIRE_ALL"))) {
                fail(message);
            }
            System.err.println("SKIPPED: " + message);
            assumeTrue(false, message);
        }
        run("gcc", "-w", "-o", binary.toString(), source.toString());
        Map<String, Long> numbers = new TreeMap<>();
        for (String line : run(binary.toString()).split("\n")) {
            String[] words = line.split(" ");
            numbers.put(words[0], Long.parseUnsignedLong(words[1]));
        }
        return numbers;
    }

    private static boolean installed() throws InterruptedException {
        try {
            return new ProcessBuilder("gcc", "--version").start().waitFor() == 0
                    && Files.exists(Path.of("/usr/include/linux/kvm.h"));
        } catch (IOException e) {
            return false;
        }
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }
}
