package io.trapline.rig;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * A vCPU of a User VM, played inside the rig: makes its accesses, and sees what reached the hypervisor.
 *
 * <p>One thread at a time: answers belong to the open file. A call blocks its thread until the access is over. Values
 * are 64 bits unsigned, cut to the width as the hypervisor does. What the rig refuses is a {@link RigException} with
 * its words; a device that cannot be read or written is an {@link UncheckedIOException}.
 */
public final class Injector implements AutoCloseable {
    private static final Path DEVICE = Path.of("/dev/fakehv");

    /** As much guest memory as one command carries. */
    private static final int CHUNK = 32 << 10;

    private final RandomAccessFile file;
    private byte[] buffer = new byte[4096];
    private int vm;
    private int vcpu;
    private String options = "";
    private long timeoutMillis = 10_000;

    /** On vCPU 0 of the newest User VM. */
    public Injector() {
        try {
            file = new RandomAccessFile(DEVICE.toFile(), "rw");
        } catch (FileNotFoundException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether this process is inside the rig. */
    public static boolean present() {
        return Files.exists(DEVICE);
    }

    /** From now on plays another vCPU of the same User VM. */
    public Injector vcpu(int number) {
        vcpu = number;
        return options();
    }

    /** From now on plays a vCPU of this User VM; 0: of the newest. */
    public Injector vm(int number) {
        vm = number;
        return options();
    }

    /** How long an access, or a wait, may take; 10 s unless told. */
    public Injector timeout(Duration limit) {
        timeoutMillis = limit.toMillis();
        return options();
    }

    private Injector options() {
        options = (vm == 0 ? "" : " vm=" + vm) + " vcpu=" + vcpu + " timeout=" + timeoutMillis;
        return this;
    }

    /**
     * One command as it is, without this object's vCPU and machine.
     *
     * @return the answer, without the last line's end; it may begin with {@code err}
     */
    public String command(String command) {
        try {
            IOException refused = null;
            try {
                file.write(command.getBytes(US_ASCII));
            } catch (IOException e) {
                refused = e; // the answer says why, if there is one
            }
            String answer = answer();
            if (refused != null && answer.isEmpty()) {
                throw new IOException(refused.getMessage() + " [" + command + "]", refused);
            }
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads until there is no more, which a read that does not fill the buffer says. */
    private String answer() throws IOException {
        int length = 0;
        for (int n; (n = file.read(buffer, length, buffer.length - length)) > 0; ) {
            length += n;
            if (length < buffer.length) {
                break;
            }
            buffer = Arrays.copyOf(buffer, 2 * length);
        }
        return new String(buffer, 0, length, US_ASCII).strip();
    }

    private String ask(String command) {
        String answer = command(command);
        if (answer.startsWith("err")) {
            throw new RigException(command, answer.substring("err".length()).strip());
        }
        return answer;
    }

    /** An access that ends well: {@code ok value=0x3f ns=18230}, or without a value. */
    private long access(String access) {
        String answer = ask(access + options);
        int from = answer.indexOf("value=0x");
        if (from < 0) {
            return 0;
        }
        int digits = from + "value=0x".length();
        return Long.parseUnsignedLong(answer, digits, answer.indexOf(' ', digits), 16);
    }

    public long readPort(int port, int width) {
        return access("pio r " + port + " " + width);
    }

    public void writePort(int port, int width, long value) {
        access("pio w " + port + " " + width + " " + Long.toUnsignedString(value));
    }

    public long readMemory(long address, int width) {
        return access("mmio r " + Long.toUnsignedString(address) + " " + width);
    }

    public void writeMemory(long address, int width, long value) {
        String place = Long.toUnsignedString(address) + " " + width;
        access("mmio w " + place + " " + Long.toUnsignedString(value));
    }

    /**
     * A configuration read through ports 0xCF8 and 0xCFC, which a machine has once: two vCPUs need a lock of their own.
     *
     * @param function {@code bus:device.function}, each hexadecimal
     */
    public long readConfiguration(String function, int register, int width) {
        return access("cfg r " + function + " " + register + " " + width);
    }

    /** As {@link #readConfiguration}. */
    public void writeConfiguration(String function, int register, int width, long value) {
        String place = function + " " + register + " " + width;
        access("cfg w " + place + " " + Long.toUnsignedString(value));
    }

    /**
     * The same access many times, by a thread of the kernel for each vCPU.
     *
     * @param access such as {@code pio r 0x3f8 4}; then, if wanted, {@code vcpus=MASK}, {@code expect=VALUE} or
     *     {@code expect=inc}, {@code gap=MICROSECONDS}
     * @return also when accesses failed: see {@link Bulk#good}
     */
    public Bulk bulk(int count, String access) {
        String command = "bulk " + count + " " + access + options;
        String answer = command(command);
        if (!answer.contains(" n=")) {
            throw new RigException(command, answer.replaceFirst("^err ?", ""));
        }
        return Bulk.parse(answer);
    }

    /** The guest's memory, through the mappings that the driver made. */
    public byte[] readRam(long address, int length) {
        byte[] content = new byte[length];
        for (int done = 0; done < length; done += CHUNK) {
            int chunk = Math.min(CHUNK, length - done);
            String place = Long.toUnsignedString(address + done) + " " + chunk;
            String answer = ask("mem r " + place + machine());
            byte[] bytes = HexFormat.of().parseHex(answer.substring("ok ".length()));
            System.arraycopy(bytes, 0, content, done, chunk);
        }
        return content;
    }

    /** As {@link #readRam}. */
    public void writeRam(long address, byte[] content) {
        for (int done = 0; done < content.length; done += CHUNK) {
            int end = Math.min(done + CHUNK, content.length);
            String hex = HexFormat.of().formatHex(content, done, end);
            ask("mem w " + Long.toUnsignedString(address + done) + " " + hex + machine());
        }
    }

    private String machine() {
        return vm == 0 ? "" : " vm=" + vm;
    }

    public List<Mapping> map() {
        return Mapping.parse(ask("map" + machine()));
    }

    public Status status() {
        return Status.parse(ask("stat"));
    }

    /** What happened since the boot or the last {@link #clear}, one event a line; 256 KiB of it at most. */
    public List<String> log() {
        return log(0);
    }

    /** The events from a sequence number on: {@code 17 t=.. vm=1 irqline gsi=4 op=high ret=0}. */
    public List<String> log(long from) {
        return ask("log " + from).lines().toList();
    }

    /** Breaches of the protocol since the boot or the last {@link #clear}, the last 256 of them. */
    public List<String> violations() {
        return ask("bad").lines().skip(1).toList();
    }

    /** Forgets events, violations and planned failures, and counts interrupts from 0. */
    public void clear() {
        ask("clear");
    }

    /** Blocks until the User VM got that many message-signalled interrupts; returns how many it has. */
    public long waitMsi(long count) {
        return wait("msi", count);
    }

    /** Blocks until that many operations on the User VM's interrupt lines; returns how many there were. */
    public long waitLine(long count) {
        return wait("irqline", count);
    }

    private long wait(String what, long count) {
        return new Answer(ask("wait " + what + " " + count + options)).number("count");
    }

    /**
     * Makes the next calls fail; the last plan holds.
     *
     * @param hypercall {@code create destroy start pause reset regs msi irqline buffer notify memory}
     * @param result what the driver gets: a negative errno, -1 as the hypervisor gives it
     */
    public void fail(String hypercall, int result, int count) {
        ask("fail " + hypercall + " " + result + " " + count);
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
