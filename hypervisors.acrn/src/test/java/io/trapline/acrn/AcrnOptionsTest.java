package io.trapline.acrn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.hypervisor.VmShape;
import io.trapline.linux.HostMemory.Pages;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A machine's settings as CREATE_VM wants them: the hypervisor's {@code acrn_common.h}, {@code GUEST_FLAG_*}. */
class AcrnOptionsTest {
    private static AcrnOptions of(String... options) {
        Map<String, String> settings = new HashMap<>();
        for (String option : options) {
            settings.put(option.split("=", 2)[0], option.split("=", 2)[1]);
        }
        return AcrnOptions.of(new VmShape("box", 2 << 20, 1, settings));
    }

    private static String refusal(String option) {
        return assertThrows(IllegalArgumentException.class, () -> of(option)).getMessage();
    }

    @Test
    void nothingSaidIsWhatTheHypervisorsConfigurationSays() {
        AcrnOptions options = of();
        assertEquals(0, options.flags());
        assertEquals(0, options.affinity());
        assertEquals(Pages.SMALL, options.pages());
        assertEquals(16, options.name().length);
        assertEquals("box", new String(options.name(), StandardCharsets.US_ASCII).trim());
        assertEquals("name box, flags 0x0, affinity 0x0", options.toString());
    }

    @ParameterizedTest(name = "affinity {0}: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "0       | 1",
                "2-3     | c",
                "1,3     | a",
                "0-1, 5  | 23",
                "0 - 63  | ffffffffffffffff",
                "63      | 8000000000000000"
            })
    void affinityIsABitForEachProcessor(String text, String mask) {
        assertEquals(Long.parseUnsignedLong(mask, 16), of("affinity=" + text).affinity());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"64", "3-1", "-1", "a", "1,,2", "1-2-3", "0x1", "1-64"})
    void anAffinityThatIsNoneIsRefused(String text) {
        assertEquals(
                "machine box: affinity=" + text + ", wanted processors 0 to 63 as 2-3 or 1,3",
                refusal("affinity=" + text));
    }

    @ParameterizedTest(name = "flags {0}: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "secure_world_enabled          | 1",
                "lapic_passthrough, 4          | 6",
                "IO_COMPLETION_POLLING         | 4",
                "hide_mtrr, rt, 0x4            | 1C",
                "0x800                         | 800",
                "64, nvmx_enabled              | 60",
                "vtm                           | 2000",
                "0x8000000000000000            | 8000000000000000"
            })
    void flagsAreNamesOrNumbers(String text, String bits) {
        assertEquals(Long.parseUnsignedLong(bits, 16), of("flags=" + text).flags());
    }

    @Test
    void pollingIsAFlagToo() {
        assertEquals(4, of("polling=true").flags());
        assertEquals(0x14, of("polling=true", "flags=rt").flags());
        assertEquals(0, of("polling=false").flags());
        assertEquals("machine box: polling=yes, wanted true or false", refusal("polling=yes"));
    }

    @ParameterizedTest
    @CsvSource({"fast", "-1", "0x", "1.5", "rt vtm"})
    void aFlagThatIsNoneIsRefused(String text) {
        assertEquals(
                "machine box: flags=" + text + ", wanted a number, or one of " + AcrnOptions.FLAGS,
                refusal("flags=" + text));
    }

    @Test
    void aNameHasFifteenCharacters() {
        assertEquals(
                "POST_STD_VM_123\0",
                new String(of("vmname=POST_STD_VM_123").name(), StandardCharsets.US_ASCII));
        for (String name : List.of("", "POST_STD_VM_1234", "a b", "Größe", "tab\t")) {
            assertEquals(
                    "machine box: vmname="
                            + name
                            + ", wanted 1 to 15 printable ASCII characters without blanks, or a UUID",
                    refusal("vmname=" + name));
        }
    }

    @Test
    void aUuidIsItsSixteenBytes() {
        assertEquals(
                "d279543825d611e8864ecb7a18b34643",
                HexFormat.of().formatHex(of("vmname=d2795438-25d6-11e8-864e-cb7a18b34643").name()));
    }

    @ParameterizedTest
    @CsvSource({"rt", "lapic_passthrough", "0x10"})
    void aRealTimeVmIsNotNotified(String flag) {
        String said = refusal("flags=" + flag);

        assertTrue(
                said.endsWith(", wanted polling=true with it: such a User VM is not notified"),
                said);
    }

    @Test
    void hugePagesHaveTwoSizes() {
        assertEquals(Pages.HUGE_2M, of("hugepages=2M").pages());
        assertEquals(Pages.HUGE_1G, of("hugepages=1G").pages());
        assertEquals(Pages.SMALL, of("hugepages=off").pages());
        assertEquals("machine box: hugepages=4K, wanted off, 2M or 1G", refusal("hugepages=4K"));
    }
}
