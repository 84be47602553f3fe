package io.trapline.kvm;

import static io.trapline.kvm.Lab.code;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.trapline.hypervisor.CpuMode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A guest's access becomes a request of its width, in every mode, and its answer reaches the guest. */
class AccessTest {
    private static final long ANSWER = 0x8877_6655_FFEE_DDCCL;
    private static final String FAREWELL = "E6F4 EBFE"; // out 0xF4, al; jmp $

    private static final byte[] PORTS_16 =
            code(
                    "BA 2001", // mov dx, 0x120
                    "66 B8 00000000", // mov eax, 0
                    "EC EE", // in al, dx; out dx, al
                    "ED EF", // in ax, dx; out dx, ax
                    "66ED 66EF", // in eax, dx; out dx, eax
                    FAREWELL);
    private static final byte[] PORTS_32_AND_64 =
            code(
                    "BA 20010000", // mov edx, 0x120
                    "B8 00000000", // mov eax, 0
                    "EC EE", // in al, dx; out dx, al
                    "66ED 66EF", // in ax, dx; out dx, ax
                    "ED EF", // in eax, dx; out dx, eax
                    FAREWELL);

    @ParameterizedTest
    @EnumSource(CpuMode.class)
    void portsOfAllWidths(CpuMode mode) throws Exception {
        try (Lab lab = new Lab((vcpu, slot) -> ANSWER)) {
            lab.run(mode, mode == CpuMode.REAL ? PORTS_16 : PORTS_32_AND_64);
            assertEquals(
                    List.of(
                            "in 120/1",
                            "out 120/1 cc",
                            "in 120/2",
                            "out 120/2 ddcc",
                            "in 120/4",
                            "out 120/4 ffeeddcc"),
                    lab.untilFarewell());
        }
    }

    @Test
    void memoryOfAllWidths() throws Exception {
        byte[] guest =
                code(
                        "BE 000000E0", // mov esi, 0xE0000000
                        "8A06 8846 08", // mov al, [rsi]; mov [rsi+8], al
                        "668B06 668946 08", // mov ax, [rsi]; mov [rsi+8], ax
                        "8B06 8946 08", // mov eax, [rsi]; mov [rsi+8], eax
                        "488B06 488946 08", // mov rax, [rsi]; mov [rsi+8], rax
                        FAREWELL);
        try (Lab lab = new Lab((vcpu, slot) -> ANSWER)) {
            lab.run(CpuMode.LONG, guest);
            assertEquals(
                    List.of(
                            "load e0000000/1",
                            "store e0000008/1 cc",
                            "load e0000000/2",
                            "store e0000008/2 ddcc",
                            "load e0000000/4",
                            "store e0000008/4 ffeeddcc",
                            "load e0000000/8",
                            "store e0000008/8 88776655ffeeddcc"),
                    lab.untilFarewell());
        }
    }

    /** The part of an access beyond the end of RAM is three bytes: passed as it is. */
    @Test
    void memoryOfOddWidth() throws Exception {
        byte[] guest =
                code(
                        "BE FFFF0900", // mov esi, 0x9FFFF
                        "8B06 A3 00800000", // mov eax, [esi]; mov [0x8000], eax
                        "C706 44332211", // mov dword [esi], 0x11223344
                        FAREWELL);
        try (Lab lab = new Lab((vcpu, slot) -> ANSWER)) {
            lab.low().put(0x9FFFF, (byte) 0xAB);
            lab.run(CpuMode.PROTECTED, guest);
            assertEquals(List.of("load a0000/3", "store a0000/3 112233"), lab.untilFarewell());
            assertEquals(0xEEDDCCAB, lab.low().getInt(0x8000));
            assertEquals(0x44, lab.low().get(0x9FFFF));
        }
    }

    @Test
    void aStringIsOneRequestPerElement() throws Exception {
        byte[] guest =
                code(
                        "FC", // cld
                        "BA 30000000 BE 00800000 B9 05000000", // mov edx, 0x30; esi, 0x8000; ecx, 5
                        "F36E", // rep outsb
                        "BF 00900000 B9 03000000", // mov edi, 0x9000; mov ecx, 3
                        "F3666D", // rep insw
                        "B9 02000000 F36D", // mov ecx, 2; rep insd
                        FAREWELL);
        long[] next = {0x1111_0001};
        try (Lab lab = new Lab((vcpu, slot) -> next[0]++)) {
            lab.low().put(0x8000, "hello".getBytes(StandardCharsets.US_ASCII));
            lab.device((vcpu, slot) -> slot.direction() == 0 ? next[0]++ : 0);
            lab.run(CpuMode.PROTECTED, guest);
            assertEquals(
                    List.of(
                            "out 30/1 68",
                            "out 30/1 65",
                            "out 30/1 6c",
                            "out 30/1 6c",
                            "out 30/1 6f",
                            "in 30/2",
                            "in 30/2",
                            "in 30/2",
                            "in 30/4",
                            "in 30/4"),
                    lab.untilFarewell());
            byte[] read = new byte[14];
            lab.low().get(0x9000, read);
            assertArrayEquals(code("0100 0200 0300 04001111 05001111"), read);
        }
    }
}
