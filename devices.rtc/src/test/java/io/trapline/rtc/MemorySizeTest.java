package io.trapline.rtc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.trapline.device.GuestMemory;
import io.trapline.tck.TestMemory;
import java.lang.reflect.Proxy;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bytes 0x15 to 0x18, 0x30, 0x31, 0x34, 0x35, 0x5B to 0x5D: how much RAM there is. */
class MemorySizeTest {
    @ParameterizedTest(name = "{0} KiB")
    @CsvSource({
        //  KiB       base    extended  above 16 MiB  above 4 GiB
        "   512,      512,    0,        0,            0",
        "   1024,     640,    0,        0,            0",
        "   2048,     640,    1024,     0,            0",
        "   16384,    640,    15360,    0,            0",
        "   65536,    640,    64512,    768,          0",
        "   131072,   640,    65535,    1792,         0",
        "   3145728,  640,    65535,    48896,        0",
        "   4194304,  640,    65535,    48896,        16384",
        "   8388608,  640,    65535,    48896,        81920",
    })
    void areThoseOfTheMachine(long kib, int base, int extended, int above16, int above4) {
        GuestMemory memory = new TestMemory(kib << 10);
        assertTells(memory, base, extended, above16, above4);
        assertTells(withoutUpperMemory(memory), base, extended, above16, above4);
    }

    /** As on KVM: no RAM from 640 KiB to 1 MiB. */
    private static GuestMemory withoutUpperMemory(GuestMemory memory) {
        return (GuestMemory)
                Proxy.newProxyInstance(
                        GuestMemory.class.getClassLoader(),
                        new Class<?>[] {GuestMemory.class},
                        (proxy, method, arguments) ->
                                (!method.getName().equals("contains")
                                                || outside(
                                                        (long) arguments[0], (long) arguments[1]))
                                        ? method.invoke(memory, arguments)
                                        : false);
    }

    private static boolean outside(long address, long length) {
        return address + length <= 640 << 10 || address >= 1 << 20;
    }

    private static void assertTells(
            GuestMemory memory, int base, int extended, int above16, int above4) {
        byte[] ram = new byte[RtcRegister.BYTES];

        MemorySize.put(memory, ram);

        assertEquals(base, number(ram, 0x15, 2));
        assertEquals(extended, number(ram, 0x17, 2));
        assertEquals(extended, number(ram, 0x30, 2));
        assertEquals(above16, number(ram, 0x34, 2));
        assertEquals(above4, number(ram, 0x5B, 3));
    }

    private static int number(byte[] ram, int index, int bytes) {
        int value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (ram[index + i] & 0xFF) << 8 * i;
        }
        return value;
    }
}
