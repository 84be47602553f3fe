package io.trapline.kvm;

import static io.trapline.kvm.Lab.code;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.hypervisor.CpuMode;
import io.trapline.hypervisor.RamRange;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The guest's memory: where it is, what LONG mode maps of it, and that all of it is given back. */
class MemoryTest {
    private static final long GIB = 1L << 30;

    @Test
    void leavesThePcsHoles() throws Exception {
        try (Lab lab = new Lab((vcpu, slot) -> 0L, 6 * GIB, 1)) {
            List<RamRange> ram = lab.machine.ram();
            assertEquals(
                    List.of("0+a0000", "100000+bff00000", "100000000+c0000000"),
                    ram.stream()
                            .map(range -> "%x+%x".formatted(range.address(), range.length()))
                            .toList());
            for (RamRange range : ram) {
                long length = range.windows().stream().mapToLong(ByteBuffer::capacity).sum();
                assertEquals(range.length(), length);
                range.windows().stream()
                        .limit(range.windows().size() - 1)
                        .forEach(window -> assertEquals(RamRange.WINDOW, window.capacity()));
            }
        }
    }

    /** 0xFF stored at the last bytes below the hole, at its start, and at 4 GiB by way of 16-bit code. */
    @Test
    void isSeenByTheGuest() throws Exception {
        byte[] guest =
                code(
                        "BE FCFFFFBF C706 78563412", // mov esi, 0xBFFFFFFC; mov dword [rsi], ...
                        "BE 000000C0 8B06", // mov esi, 0xC0000000; mov eax, [rsi]
                        "BE 00001000 C706 EFBEADDE", // mov esi, 0x100000; mov dword [rsi], ...
                        "E6F4 EBFE"); // out 0xF4, al; jmp $
        try (Lab lab = new Lab((vcpu, slot) -> 0L, 6 * GIB, 1)) {
            lab.run(CpuMode.LONG, guest);
            assertEquals(List.of("load c0000000/4"), lab.untilFarewell());
            RamRange extended = lab.machine.ram().get(1);
            ByteBuffer last = extended.windows().get(2);
            assertEquals(0x12345678, last.getInt(last.capacity() - 4));
            assertEquals(0xDEADBEEF, extended.windows().get(0).getInt(0));
        }
    }

    @Test
    void anImageInTheWayOfThePageTables() throws Exception {
        try (Lab lab = new Lab((vcpu, slot) -> 0L)) {
            lab.load(0x9A010, new byte[] {1});
            IOException refused =
                    assertThrows(
                            IOException.class, () -> lab.machine.boot(CpuMode.LONG, Lab.ENTRY));
            assertTrue(refused.getMessage().contains("0x9A000"), refused.getMessage());
        }
    }

    @Test
    void anEntryOutOfReach() throws Exception {
        try (Lab lab = new Lab((vcpu, slot) -> 0L)) {
            assertThrows(
                    IllegalArgumentException.class, () -> lab.machine.boot(CpuMode.REAL, 0x100000));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> lab.machine.boot(CpuMode.PROTECTED, 1L << 32));
        }
    }

    /** Descriptors and threads at once, addresses when the last buffer is garbage. */
    @Test
    void isGivenBack() throws Exception {
        cycle();
        collect();
        long descriptors = descriptors();
        long mappings = mappings();
        for (int round = 0; round < 50; round++) {
            cycle();
            assertEquals(descriptors, descriptors());
        }
        for (int patience = 0; patience < 100 && mappings() > mappings; patience++) {
            collect();
        }
        assertTrue(mappings() <= mappings, mappings + " mappings before, then " + mappings());
        assertEquals(
                0,
                Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().startsWith("kvm-lab"))
                        .count());
    }

    private static void cycle() throws Exception {
        try (Lab lab = new Lab((vcpu, slot) -> 0L, 64 << 20, 2)) {
            lab.machine.doorbell(0, 0x50, 1, java.util.OptionalLong.empty(), () -> {});
            lab.machine.posted(0, 0x60, 1);
            lab.run(CpuMode.PROTECTED, code("E630 EBFC")).next(); // out 0x30, al; jmp to it
        }
    }

    private static void collect() {
        WeakReference<Object> garbage = new WeakReference<>(new Object());
        while (garbage.get() != null) {
            System.gc();
        }
        Thread.yield();
    }

    /** KVM's, eventfds and epolls; the JVM opens and closes jars meanwhile. */
    private static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.map(MemoryTest::target)
                    .filter(target -> target.startsWith("anon_inode") || target.endsWith("/kvm"))
                    .count();
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return ""; // closed meanwhile
        }
    }

    /** Mappings of vCPUs, and anonymous ones of 63 MiB: what a 64 MiB guest has from 1 MiB on. */
    private static long mappings() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .filter(line -> line.contains("kvm-vcpu") || bytes(line) == 63L << 20)
                .count();
    }

    private static long bytes(String line) {
        String[] ends = line.substring(0, line.indexOf(' ')).split("-");
        return Long.parseUnsignedLong(ends[1], 16) - Long.parseUnsignedLong(ends[0], 16);
    }
}
