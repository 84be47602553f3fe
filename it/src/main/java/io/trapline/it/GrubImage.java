package io.trapline.it;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * GRUB as the distribution ships it for coreboot: an ELF file that starts in protected mode and needs no firmware. It
 * takes the size of the memory from a table that coreboot leaves behind, which becomes one more segment of the file.
 */
final class GrubImage {
    private static final String MKIMAGE = "/usr/bin/grub-mkimage";
    private static final String MODULES = "/usr/lib/grub/i386-coreboot";

    // spotless:off
    // System V ABI, chapter 5: the header of a 32-bit file, and of a segment
    private static final int E_PHOFF = 28, E_PHNUM = 44, PHDR = 32;
    private static final int PT_LOAD = 1, PT_GNU_STACK = 0x6474E551, READABLE = 4;

    // coreboot, src/commonlib/include/commonlib/coreboot_tables.h
    private static final int TABLE = 0x500;       // GRUB looks from here on
    private static final int HEADER = 24;
    private static final int LB_TAG_MEMORY = 1, LB_MEM_RAM = 1, TAG = 8, RANGE = 20;
    private static final long LOW = 640 << 10, HIGH = 1 << 20;
    // spotless:on

    private GrubImage() {}

    /** Skips a test where GRUB is not installed. */
    static void need() {
        Needs.file(MKIMAGE, "grub-common");
        Needs.file(MODULES + "/kernel.img", "grub-coreboot-bin");
    }

    /**
     * Makes one.
     *
     * @param image where
     * @param memory of the machine, bytes
     * @param commands what GRUB does first
     * @param modules what it does it with
     */
    static void make(Path image, long memory, String commands, String... modules)
            throws IOException, InterruptedException {
        Path script = image.resolveSibling("grub.cfg");
        Files.writeString(script, commands);
        List<String> command =
                new ArrayList<>(List.of(MKIMAGE, "-O", "i386-coreboot", "-d", MODULES));
        command.addAll(List.of("-p", "/", "-c", script.toString(), "-o", image.toString()));
        command.addAll(List.of(modules));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        addSegment(image, table(memory));
    }

    /** The header that says nothing but that the stack need not be executable becomes that of the segment. */
    private static void addSegment(Path image, byte[] segment) throws IOException {
        byte[] old = Files.readAllBytes(image);
        ByteBuffer file = ByteBuffer.allocate(old.length + segment.length).order(LITTLE_ENDIAN);
        file.put(old).put(segment);
        int header = file.getInt(E_PHOFF);
        int last = header + (file.getShort(E_PHNUM) - 1) * PHDR;
        while (file.getInt(header) != PT_GNU_STACK && header < last) {
            header += PHDR;
        }
        assertEquals(PT_GNU_STACK, file.getInt(header), "a header that can be spared");
        int[] fields = {
            PT_LOAD, old.length, TABLE, TABLE, segment.length, segment.length, READABLE, 1
        };
        file.position(header);
        file.slice().order(LITTLE_ENDIAN).asIntBuffer().put(fields);
        Files.write(image, file.array());
    }

    /** Two ranges of RAM, around the hole below 1 MiB. */
    private static byte[] table(long memory) {
        int length = TAG + 2 * RANGE;
        ByteBuffer table = ByteBuffer.allocate(HEADER + length).order(LITTLE_ENDIAN);
        table.position(HEADER);
        table.putInt(LB_TAG_MEMORY).putInt(length);
        table.putLong(0).putLong(LOW).putInt(LB_MEM_RAM);
        table.putLong(HIGH).putLong(memory - HIGH).putInt(LB_MEM_RAM);
        table.rewind();
        table.put("LBIO".getBytes(StandardCharsets.US_ASCII)).putInt(HEADER).putInt(0);
        table.putInt(length).putInt(checksum(table, HEADER, length)).putInt(1);
        table.putInt(8, checksum(table, 0, HEADER));
        return table.array();
    }

    /** The checksum of the Internet Protocol: the complement of the sum, carries added in. */
    private static int checksum(ByteBuffer table, int from, int length) {
        int sum = 0;
        for (int i = from; i < from + length; i += 2) {
            sum += table.getShort(i) & 0xFFFF;
        }
        sum = (sum & 0xFFFF) + (sum >>> 16);
        return ~(sum + (sum >>> 16)) & 0xFFFF;
    }
}
