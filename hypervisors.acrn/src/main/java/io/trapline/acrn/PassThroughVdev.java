package io.trapline.acrn;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.trapline.acrn.Hsm.acrn_vdev;
import io.trapline.acrn.PassThrough.Handover;
import io.trapline.linux.Block;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An entry of the setting {@code vdev}: {@code VENDOR:DEVICE@FUNCTION} (hexadecimal), or {@code legacy:N@SLOT}
 * (decimal); then {@code ,barI=VALUE[+SIZE]} for any of the six BARs, VALUE as the register is to read,
 * hexadecimal with 0x; last {@code ,args=TEXT}, which takes the rest, or {@code ,args=0xBYTES}. What a device
 * wants of them only the hypervisor knows.
 *
 * @param slot the function, or the legacy device's number
 * @param pci whether the slot is a function
 * @param name up to and with the slot
 */
record PassThroughVdev(long slot, boolean pci, String name, Block structure) {
    private static final String SYNTAX =
            "VENDOR:DEVICE@FUNCTION or legacy:N@SLOT, then [,barI=0xVALUE[+0xSIZE]]...[,args=...],"
                    + " such as 1af4:1110@00:06.0,bar0=0xDF000000+0x100,args=hv:/region_0";
    private static final int ARGS_LENGTH = acrn_vdev.SIZEOF - acrn_vdev.args;
    private static final Pattern HEAD =
            Pattern.compile("(?:([0-9a-fA-F]{4}):([0-9a-fA-F]{4})|legacy:(\\d{1,9}))@([^,]*)");
    private static final Pattern BAR =
            Pattern.compile(",bar([0-5])=0x([0-9a-fA-F]{1,8})(?:\\+0x([0-9a-fA-F]{1,8}))?");

    static PassThroughVdev parse(String entry) {
        int args = entry.indexOf(",args=");
        String front = (args < 0 ? entry : entry.substring(0, args)).replace(" ", "");
        Matcher head = HEAD.matcher(front);
        if (!head.lookingAt()) {
            throw new IllegalArgumentException(SYNTAX);
        }
        boolean pci = head.group(3) == null;
        long slot = pci ? Bdf.parse(head.group(4)).value() : number(head.group(4));
        long id =
                pci
                        ? Long.parseLong(head.group(2) + head.group(1), 16)
                        : Long.parseLong(head.group(3)) << Integer.SIZE;
        Block structure = new Block(acrn_vdev.SIZEOF);
        structure.bytes.putLong(acrn_vdev.id__value, id);
        structure.bytes.putLong(acrn_vdev.slot, slot);
        bars(structure, front.substring(head.end()));
        if (args >= 0) {
            byte[] bytes = bytes(entry.substring(args + ",args=".length()));
            structure.bytes.put(acrn_vdev.args, bytes, 0, bytes.length);
        }
        return new PassThroughVdev(slot, pci, head.group(), structure);
    }

    private static long number(String digits) {
        if (!digits.matches("\\d{1,18}")) {
            throw new IllegalArgumentException(SYNTAX);
        }
        return Long.parseLong(digits);
    }

    private static void bars(Block structure, String text) {
        Matcher bar = BAR.matcher(text);
        int end = 0;
        while (end < text.length()) {
            if (!bar.find(end) || bar.start() != end) {
                throw new IllegalArgumentException(SYNTAX);
            }
            int at = Integer.BYTES * Integer.parseInt(bar.group(1));
            structure.bytes.putInt(
                    acrn_vdev.io_addr + at, Integer.parseUnsignedInt(bar.group(2), 16));
            if (bar.group(3) != null) {
                structure.bytes.putInt(
                        acrn_vdev.io_size + at, Integer.parseUnsignedInt(bar.group(3), 16));
            }
            end = bar.end();
        }
    }

    /** Text stays below the field's length, so that a zero ends it. */
    private static byte[] bytes(String text) {
        boolean binary = text.startsWith("0x");
        byte[] bytes;
        try {
            bytes = binary ? HexFormat.of().parseHex(text.substring(2)) : text.getBytes(UTF_8);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("args=0x with two digits a byte", e);
        }
        int most = binary ? ARGS_LENGTH : ARGS_LENGTH - 1;
        if (bytes.length > most) {
            throw new IllegalArgumentException(
                    "at most " + most + " bytes of args, in place of " + bytes.length);
        }
        return bytes;
    }

    Handover handover() {
        return new Handover(Ioctl.CREATE_VDEV, Ioctl.DESTROY_VDEV, structure, name);
    }
}
