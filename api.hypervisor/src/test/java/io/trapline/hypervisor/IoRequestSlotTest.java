package io.trapline.hypervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** {@code struct acrn_io_request}, linux/acrn.h: a view of one slot. */
class IoRequestSlotTest {
    private final ByteBuffer page =
            ByteBuffer.allocateDirect(IoRequestSlot.PAGE_LENGTH).order(ByteOrder.LITTLE_ENDIAN);

    private IoRequestSlot slot(int index) {
        return new IoRequestSlot(page, index);
    }

    @Test
    void isOneOfSixteenOf256Bytes() {
        for (int i = 0; i < IoRequestSlot.COUNT; i++) {
            slot(i).state(IoRequestSlot.FREE);
        }
        for (int i = 0; i < IoRequestSlot.COUNT; i++) {
            assertEquals(IoRequestSlot.FREE, page.getInt(256 * i + 136));
        }
        assertThrows(IllegalArgumentException.class, () -> slot(-1));
        assertThrows(IllegalArgumentException.class, () -> slot(16));
    }

    @Test
    void refusesAPageThatIsTooShortOrOnTheHeap() {
        ByteBuffer heap = ByteBuffer.allocate(IoRequestSlot.PAGE_LENGTH);
        ByteBuffer half = ByteBuffer.allocateDirect(IoRequestSlot.PAGE_LENGTH / 2);

        assertThrows(IllegalArgumentException.class, () -> new IoRequestSlot(heap, 0));
        assertThrows(IllegalArgumentException.class, () -> new IoRequestSlot(half, 0));
    }

    @Test
    void writesAndReadsOnlyItsOwn256Bytes() {
        IoRequestSlot slot = slot(3);
        slot.completionPolling(true)
                .request(IoRequestSlot.MMIO, IoRequestSlot.WRITE, -1L, 8, -1L)
                .state(IoRequestSlot.PROCESSING);
        for (int i = 0; i < IoRequestSlot.PAGE_LENGTH; i++) {
            if (i / 256 != 3) {
                assertEquals(0, page.get(i), "byte " + i);
            }
        }
        assertEquals(-1L, slot.address());
        assertEquals(8, slot.size());
        assertEquals(-1L, slot.value());
        assertEquals(IoRequestSlot.WRITE, slot.direction());
        assertTrue(slot.completionPolling());
        assertFalse(slot.kernelHandled());
    }

    @Test
    void hasFourBytesOfValueButForMemory() {
        IoRequestSlot slot = slot(0);
        slot.request(IoRequestSlot.PORTIO, IoRequestSlot.READ, 0x3F8, 4, 0);
        page.putInt(92, 0x5A5A_5A5A);
        slot.value(-1L);
        assertEquals(0xFFFF_FFFFL, slot.value());
        assertEquals(0x5A5A_5A5A, page.getInt(92));

        slot.request(IoRequestSlot.MMIO, IoRequestSlot.READ, 0x3F8, 8, 0);
        slot.value(0x0123_4567_89AB_CDEFL);
        assertEquals(0x0123_4567_89AB_CDEFL, slot.value());
        assertEquals(0x0123_4567, page.getInt(92));
    }

    @Test
    void leavesThePlaceOfAConfigurationRequestAlone() {
        IoRequestSlot slot = slot(15);
        slot.pciRequest(IoRequestSlot.READ, 1, 31, 7, 0xFC, 4, 0);
        slot.value(-1L);

        assertEquals(IoRequestSlot.PCICFG, slot.type());
        assertEquals(1, slot.pciBus());
        assertEquals(31, slot.pciDevice());
        assertEquals(7, slot.pciFunction());
        assertEquals(0xFC, slot.pciRegister());
        assertEquals(4, slot.size());
    }

    @Test
    void startsARequestAsOneForUserSpace() {
        IoRequestSlot slot = slot(0).kernelHandled(true);
        assertTrue(slot.kernelHandled());
        slot.request(IoRequestSlot.PORTIO, IoRequestSlot.READ, 0x60, 1, 0);
        assertFalse(slot.kernelHandled());
    }
}
