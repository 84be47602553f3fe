package io.trapline.virtioblk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.virtio.Played;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A FLUSH, and a write where there is no cache, is over after an fdatasync(2) of the image: strace(1) sees it. */
class SyncTest {
    private static final int REQUESTS = 20;

    @TempDir Path folder;

    /** Performs requests one after another, and says in between what has come back. */
    public static final class Requests {
        private Requests() {}

        public static void main(String[] arguments) throws IOException {
            boolean cache = arguments[1].equals("cache");
            RawImage image = RawImage.open(Path.of(arguments[0]), false);
            BlockDevice device =
                    new BlockDevice(Settings.USUAL, image, Runnable::run, System::nanoTime);
            BlockDriver driver =
                    new BlockDriver(Played.of(true, device))
                            .start(BlockDriver.F_FLUSH | BlockDriver.F_CONFIG_WCE, 1, 64);
            driver.played.configure(32, 1, cache ? 1 : 0);
            say("begin");
            for (int i = 0; i < REQUESTS; i++) {
                request(driver, BlockDriver.OUT, i, 512, "write");
                if (cache) {
                    request(driver, BlockDriver.FLUSH, 0, 0, "flush");
                }
            }
        }

        private static void request(
                BlockDriver driver, int type, int sector, int bytes, String what) {
            if (driver.request(type, sector, bytes) != 0) {
                throw new AssertionError(what);
            }
            say(what);
        }

        /** One write(2) to standard error, which strace shows among the others. */
        private static void say(String what) {
            System.err.print("said:" + what + ";");
            System.err.flush();
        }
    }

    /** The system calls on the image, and what was said, in their order. */
    private List<String> calls(String how) throws Exception {
        Needs.tool("strace");
        Path image = Files.write(folder.resolve("disk.img"), new byte[1 << 20]);
        Path trace = folder.resolve("trace");
        List<String> command = new ArrayList<>(List.of("strace", "-f", "-o", trace.toString()));
        command.addAll(List.of("-e", "trace=pwrite64,fdatasync,write", "-e", "signal=none"));
        command.addAll(JavaProcess.of(Requests.class, image.toString(), how).command());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0 && !said.contains("said:begin")) {
            Needs.skip("the right to trace a process (strace): " + said);
        }
        List<String> calls = new ArrayList<>();
        for (String line : Files.readAllLines(trace)) {
            if (line.contains("said:")) {
                calls.add(line.replaceAll(".*said:([a-z]*);.*", "$1"));
            } else if (line.contains("fdatasync(") && line.endsWith("= 0")) {
                calls.add("fdatasync");
            } else if (line.contains("pwrite64(") && line.endsWith("= 512")) {
                calls.add("pwrite");
            }
        }
        return calls.subList(calls.indexOf("begin") + 1, calls.size());
    }

    private static List<String> repeated(List<String> once) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            all.addAll(once);
        }
        return all;
    }

    @Test
    void flushIsOverAfterAnFdatasync() throws Exception {
        assertEquals(repeated(List.of("pwrite", "write", "fdatasync", "flush")), calls("cache"));
    }

    @Test
    void aWriteWithoutACacheIsOverAfterAnFdatasync() throws Exception {
        List<String> calls = calls("through");
        assertTrue(!calls.isEmpty());
        assertEquals(repeated(List.of("pwrite", "fdatasync", "write")), calls);
    }
}
