package io.trapline.rig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What the rig answers, as it was seen. */
class AnswersTest {
    @Test
    void bulkHasCountsAndTimes() {
        Bulk bulk =
                Bulk.parse(
                        "ok n=1000 vcpus=1 errors=0 mismatches=0 ns=60107011 rate=16636/s mean=59876"
                                + " min=41200 p50=56010 p90=70100 p99=180000 p999=300000 max=900001"
                                + " last=0xffffffffffffffff");

        assertTrue(bulk.good());
        assertEquals(1000, bulk.accesses());
        assertEquals(16636, bulk.rate());
        assertEquals(56010, bulk.p50());
        assertEquals(900001, bulk.max());
        assertEquals(-1L, bulk.last());
        assertEquals("", bulk.firstError());
    }

    @Test
    void bulkKeepsTheFirstErrorsWords() {
        Bulk bulk =
                Bulk.parse(
                        "err n=0 vcpus=1 errors=1 mismatches=0 ns=17 rate=0/s last=0"
                                + " first-error=vcpu0:abandoned vm=paused");

        assertFalse(bulk.good());
        assertEquals("vcpu0:abandoned vm=paused", bulk.firstError());
    }

    @Test
    void statusHasALineForEachMachine() {
        Status status =
                Status.parse(
                        "hypercalls=12 upcalls=3 events=5 violations=1\n"
                                + "vm=2 name=- state=running vcpus=2 flags=0x4 affinity=0 polling=1"
                                + " accesses=3 notifies=2 spurious=1 irqlines=4 msis=5"
                                + " gsi-high=0x800000000010 regions=7 slots=FREE,PROCESSING");

        Status.Machine machine = status.machine(2);
        assertEquals(12, status.hypercalls());
        assertEquals(1, status.violations());
        assertEquals("running", machine.state());
        assertTrue(machine.polling());
        assertEquals(0x800000000010L, machine.highLines());
        assertEquals(List.of("FREE", "PROCESSING"), machine.slots());
        assertThrows(IllegalArgumentException.class, () -> status.machine(1));
    }

    @Test
    void mapHasALineForEachPiece() {
        assertEquals(
                List.of(new Mapping(0x200000, 0x1000, 0xffff_ffff_0000_0000L, 0x47)),
                Mapping.parse(
                        "regions=1 bytes=4096\n"
                                + "gpa=0x200000 size=0x1000 spa=0xffffffff00000000 attr=0x47"));
    }
}
