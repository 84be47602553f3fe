package io.trapline.acrn;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.jna.Native;
import io.trapline.hypervisor.Readiness;
import io.trapline.hypervisor.Readiness.Finding;
import io.trapline.linux.DeviceNode;
import io.trapline.linux.Libc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Whether this host is a Service VM of ACRN whose driver can be used, and what is missing. */
final class Probe {
    /** Who should have access to the driver. */
    private static final String GROUP = "acrn";

    private static final String LOAD =
            "load the driver: modprobe acrn; at every boot: echo acrn > /etc/modules-load.d/acrn.conf";
    private static final String NO_MODULE =
            "run a kernel with CONFIG_ACRN_GUEST=y and CONFIG_ACRN_HSM, this one has no ACRN driver";

    private final String path;
    private final Path root;
    private final String release;
    private final List<Finding> findings = new ArrayList<>();

    /**
     * Nothing is looked at yet.
     *
     * @param path the driver's file
     * @param root above {@code dev}, {@code proc}, {@code sys} and {@code lib}
     */
    Probe(String path, Path root) {
        this(path, root, System.getProperty("os.version"));
    }

    Probe(String path, Path root, String release) {
        this.path = path;
        this.root = root;
        this.release = release;
    }

    /** Looks, and leaves nothing behind. */
    Readiness readiness() {
        String summary;
        try {
            summary = look();
        } catch (LinkageError e) {
            find(
                    "JNA",
                    false,
                    e.toString(),
                    "it needs x86-64 Linux and a directory it may load its library from:"
                            + " -Djna.tmpdir=DIR, one not mounted noexec");
            summary = "JNA does not load";
        }
        return new Readiness(findings.stream().allMatch(Finding::ok), summary, findings);
    }

    /** Opens the driver; the refusal says what to do. */
    int open() throws DeviceNode.Refused {
        return DeviceNode.open(path, GROUP, this::remedy);
    }

    private String look() {
        String platform = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        boolean right = platform.equals("Linux amd64");
        find(
                "platform",
                right,
                platform,
                right ? "" : "the backend acrn runs on x86-64 Linux only");
        if (!right) {
            return platform + " is not Linux amd64";
        }
        String summary = driver();
        hugepages("2M", 2048);
        hugepages("1G", 1048576);
        transparent();
        return summary;
    }

    /** Where the driver opens, nothing else has to be asked. */
    private String driver() {
        try {
            int fd = open();
            boolean right = isDriver(fd);
            Libc.close(fd);
            find(
                    path,
                    right,
                    right ? "opened for reading and writing" : "opened, and is not the driver",
                    right
                            ? ""
                            : "see which driver made it: ls -l " + path + "; dmesg | grep -i acrn");
            return right ? path + " is ready" : path + " is not ACRN's driver";
        } catch (DeviceNode.Refused e) {
            boolean there = Files.exists(Path.of(path));
            ServiceVm host = there ? ServiceVm.DRIVER : ServiceVm.of(root);
            find("Service VM", host == ServiceVm.DRIVER, host.detail, host.remedy);
            find(path, false, e.reason(), e.remedy());
            return switch (host) {
                case DRIVER -> path + ": " + e.reason();
                case ACRN, PERHAPS -> "no driver: " + path + " is missing";
                case BARE_METAL, OTHER, UNPREPARED ->
                        "not on ACRN: " + path + " is missing, " + host.detail;
            };
        }
    }

    /** The driver refuses everything but CREATE_VM while there is no VM. */
    private static boolean isDriver(int fd) {
        return Libc.ioctl(fd, Hsm.ACRN_IOCTL_PAUSE_VM, 0) < 0
                && Native.getLastError() == Libc.EINVAL;
    }

    /** What an administrator does when the driver does not open, and it is not for lack of rights. */
    private String remedy(int errno) {
        if (errno != Libc.ENOENT) {
            return "see the kernel's log: dmesg | grep -i acrn";
        }
        if (Files.exists(root.resolve("sys/class/misc/acrn_hsm"))) {
            return "the driver is there and its file is not: in a container, pass the device: --device "
                    + path
                    + "; else see whether udev runs";
        }
        if (Files.exists(root.resolve("sys/module/acrn"))) {
            return "the module is loaded and made no device: see dmesg | grep -i acrn";
        }
        ServiceVm host = ServiceVm.of(root);
        boolean elsewhere = host == ServiceVm.BARE_METAL || host == ServiceVm.OTHER;
        return (elsewhere ? "boot ACRN with this Linux as its Service VM; then " : "")
                + (hasModule() ? LOAD : NO_MODULE);
    }

    private boolean hasModule() {
        for (String list : List.of("modules.dep", "modules.builtin")) {
            Path file = root.resolve("lib/modules").resolve(release).resolve(list);
            if (text(file).matches("(?s).*/acrn\\.ko.*")) {
                return true;
            }
        }
        return false;
    }

    /** Never makes it not ready: a machine takes them if its setting {@code hugepages} says so. */
    private void hugepages(String setting, int kilobytes) {
        Path pool = root.resolve("sys/kernel/mm/hugepages/hugepages-" + kilobytes + "kB");
        String total = text(pool.resolve("nr_hugepages")).strip();
        String name = "hugepages=" + setting;
        if (total.isEmpty()) {
            find(name, true, "this kernel or processor has none", "");
            return;
        }
        String free = text(pool.resolve("free_hugepages")).strip();
        find(
                name,
                true,
                free + " of " + total + " free",
                free.equals("0")
                        ? "to use them: echo NUMBER > "
                                + pool.resolve("nr_hugepages")
                                + ", best at boot: hugepagesz="
                                + setting
                                + " hugepages=NUMBER"
                        : "");
    }

    private void transparent() {
        String modes = text(root.resolve("sys/kernel/mm/transparent_hugepage/shmem_enabled"));
        String mode = modes.replaceAll("(?s).*\\[(\\w+)\\].*", "$1").strip();
        find(
                "transparent hugepages",
                true,
                mode.isEmpty() ? "this kernel has none" : "of shared memory: " + mode,
                mode.equals("never") || mode.equals("deny")
                        ? "guest memory without hugepages= is mapped 4 KiB by 4 KiB; for larger"
                                + " pieces: echo advise >"
                                + " /sys/kernel/mm/transparent_hugepage/shmem_enabled"
                        : "");
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    private void find(String name, boolean ok, String detail, String remedy) {
        findings.add(new Finding(name, ok, detail, remedy));
    }
}
