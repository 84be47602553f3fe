package io.trapline.acrn;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.trapline.acrn.Hsm.acrn_mmiodev;
import io.trapline.acrn.PassThrough.Handover;
import io.trapline.hypervisor.RamRange;
import io.trapline.linux.Block;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An entry of the setting {@code mmio}: {@code NAME@GUEST=HOST+SIZE[,GUEST=HOST+SIZE]...}, up to three ranges of
 * whole 4 KiB pages, the numbers hexadecimal with 0x. The hypervisor looks at the ranges only.
 *
 * @param name at most 8 characters
 */
record PassThroughMmio(String name, List<Range> ranges) {
    /** Where the guest finds what is at the host's address. */
    record Range(long guest, long host, long size) {}

    private static final String SYNTAX =
            "NAME@GUEST=HOST+SIZE with at most three ranges, such as"
                    + " MSFT0101@0xFED40000=0xFED40000+0x5000";
    private static final int PAGE = 4096;

    /** Up to 52 bits, the most that a processor's physical addresses have. */
    private static final String NUMBER = "0x([0-9a-fA-F]{1,13})";

    private static final Pattern RANGE =
            Pattern.compile(NUMBER + "\\s*=\\s*" + NUMBER + "\\s*\\+\\s*" + NUMBER);

    /** {@code EPT_UNCACHED} of the hypervisor, which is what acrn-dm leaves there. */
    private static final long UNCACHED = 0;

    static PassThroughMmio parse(String entry) {
        int at = entry.indexOf('@');
        String name = entry.substring(0, Math.max(at, 0)).strip();
        String[] texts = entry.substring(at + 1).strip().split("\\s*,\\s*", -1);
        if (!name.matches("[!-~]{1,8}") || texts.length > Hsm.ACRN_MMIODEV_RES_NUM) {
            throw new IllegalArgumentException(SYNTAX);
        }
        List<Range> ranges = new ArrayList<>();
        for (String text : texts) {
            Matcher numbers = RANGE.matcher(text);
            if (!numbers.matches()) {
                throw new IllegalArgumentException(SYNTAX);
            }
            ranges.add(
                    new Range(
                            pages(numbers.group(1), 0),
                            pages(numbers.group(2), 0),
                            pages(numbers.group(3), 1)));
        }
        return new PassThroughMmio(name, List.copyOf(ranges));
    }

    private static long pages(String digits, long least) {
        long number = Long.parseLong(digits, 16);
        if (number < least || number % PAGE != 0) {
            throw new IllegalArgumentException("whole pages of 0x1000 in place of 0x" + digits);
        }
        return number;
    }

    /** The call for it; refuses a range that would be at RAM's place. */
    Handover handover(List<RamRange> ram) throws IOException {
        Block device = new Block(acrn_mmiodev.SIZEOF);
        device.bytes.put(acrn_mmiodev.name, name.getBytes(US_ASCII), 0, name.length());
        int each = acrn_mmiodev.res___1__user_vm_pa - acrn_mmiodev.res___0__user_vm_pa;
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < ranges.size(); i++) {
            Range range = ranges.get(i);
            PassThroughPlan.keepOffRam("mmio=" + name, range.guest(), range.size(), ram);
            int at = i * each;
            device.bytes.putLong(at + acrn_mmiodev.res___0__user_vm_pa, range.guest());
            device.bytes.putLong(at + acrn_mmiodev.res___0__service_vm_pa, range.host());
            device.bytes.putLong(at + acrn_mmiodev.res___0__size, range.size());
            device.bytes.putLong(at + acrn_mmiodev.res___0__mem_type, UNCACHED);
            texts.add(
                    "0x%x as 0x%x, 0x%x bytes"
                            .formatted(range.host(), range.guest(), range.size()));
        }
        return new Handover(
                Ioctl.ASSIGN_MMIODEV,
                Ioctl.DEASSIGN_MMIODEV,
                device,
                name + ": " + String.join("; ", texts));
    }
}
