package io.trapline.acrn;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Whether this Linux is the Service VM of ACRN, as far as files tell: only the instruction CPUID says it for sure,
 * and Java has none. Everybody may read what is looked at first; {@code /dev/cpu/0/cpuid} is root's.
 */
enum ServiceVm {
    /** The driver registered itself, which it does on ACRN only, and in the Service VM only. */
    DRIVER("this is ACRN's Service VM", ""),
    ACRN(
            "this is ACRN, and its driver is not there",
            "this Linux has to be the Service VM, and its driver loaded"),
    BARE_METAL(
            "no hypervisor under this Linux: the processor's flags have no \"hypervisor\"",
            "boot the ACRN hypervisor, with this Linux as its Service VM; see dmesg | grep Hypervisor"),
    OTHER(
            "under a hypervisor that is not ACRN",
            "boot the ACRN hypervisor on the machine itself, with this Linux as its Service VM"),
    UNPREPARED(
            "under a hypervisor; if it is ACRN, then this kernel does not know ACRN",
            "ask: systemd-detect-virt; if it says acrn, run a kernel with CONFIG_ACRN_GUEST=y and"
                    + " CONFIG_ACRN_HSM, else boot ACRN with this Linux as its Service VM"),
    PERHAPS(
            "under a hypervisor that calls this kernel back, as ACRN, Hyper-V and Xen do",
            "ask: systemd-detect-virt; it should say acrn");

    private static final long CPUID_SIGNATURE = 0x4000_0000L;
    private static final String SIGNATURE = "ACRNACRNACRN";
    private static final int SIGNATURE_REGISTERS = 4; // EBX, ECX, EDX follow EAX

    final String detail;
    final String remedy;

    ServiceVm(String detail, String remedy) {
        this.detail = detail;
        this.remedy = remedy;
    }

    /**
     * Looks.
     *
     * @param root above {@code dev}, {@code proc} and {@code sys}
     */
    static ServiceVm of(Path root) {
        if (Files.exists(root.resolve("sys/class/misc/acrn_hsm"))) {
            return DRIVER;
        }
        String processor = text(root.resolve("proc/cpuinfo"));
        if (!processor.isEmpty()
                && !processor.matches("(?s).*\\nflags\\s*:[^\\n]* hypervisor\\b.*")) {
            return BARE_METAL;
        }
        String signature = signature(root.resolve("dev/cpu/0/cpuid"));
        if (!signature.isEmpty()) {
            return signature.equals(SIGNATURE) ? ACRN : OTHER;
        }
        if (Files.exists(root.resolve("sys/hypervisor/type"))) {
            return OTHER; // Xen
        }
        boolean callback = text(root.resolve("proc/interrupts")).contains("HYP:");
        return callback ? PERHAPS : UNPREPARED;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, US_ASCII);
        } catch (IOException e) {
            return "";
        }
    }

    /** What the hypervisor calls itself; empty: the file is not there, or not for us. */
    private static String signature(Path file) {
        byte[] registers = new byte[16];
        try (RandomAccessFile cpuid = new RandomAccessFile(file.toFile(), "r")) {
            cpuid.seek(CPUID_SIGNATURE);
            cpuid.readFully(registers);
        } catch (IOException e) {
            return "";
        }
        return new String(registers, SIGNATURE_REGISTERS, SIGNATURE.length(), US_ASCII)
                .toUpperCase(Locale.ROOT)
                .strip();
    }
}
