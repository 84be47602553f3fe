package io.trapline.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.trapline.device.Claim;
import io.trapline.device.Deferred;
import io.trapline.device.Doorbell;
import io.trapline.device.InterruptLine;
import io.trapline.device.PciBar;
import io.trapline.device.PciIdentity;
import io.trapline.device.Region;
import io.trapline.device.Timers;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The board answers, and refuses, as a machine does. */
class TestBoardTest {
    private final TestBoard board = new TestBoard("dut");
    private final List<String> accesses = new ArrayList<>();

    private final Region region =
            new Region() {
                @Override
                public long read(long offset, int width) {
                    accesses.add("read " + offset + "+" + width);
                    return 0x1122_3344_5566_7788L;
                }

                @Override
                public void write(long offset, int width, long value) {
                    accesses.add("write " + offset + "+" + width + " " + Long.toHexString(value));
                }
            };

    @Test
    void passesAccessesToTheClaimThatCoversThem() {
        board.ports(0x3F8, 8, region);
        board.memory(0xFED0_0000L, 0x1000, region);

        assertEquals(0x88, board.in(0x3F9));
        assertEquals(0x5566_7788L, board.in(0x3FC, 4));
        board.out(0x3FF, 0x1FF);
        assertEquals(0x1122_3344_5566_7788L, board.read(0xFED0_0FF8L, 8));
        board.write(0xFED0_0000L, 2, -1);

        assertEquals(
                List.of("read 1+1", "read 4+4", "write 7+1 ff", "read 4088+8", "write 0+2 ffff"),
                accesses);
        assertEquals(0, board.unclaimed());
    }

    @Test
    void answersAllOnesWhereNoClaimCoversAllOfAnAccess() {
        board.ports(0x3F8, 8, region);

        assertEquals(0xFF, board.in(0x3F7));
        assertEquals(0xFFFF, board.in(0x3FF, 2));
        board.out(0x400, 1);
        assertEquals(-1, board.read(0x3F8, 8));

        assertEquals(List.of(), accesses);
        assertEquals(4, board.unclaimed());
    }

    @ParameterizedTest
    @CsvSource({"-1, 1", "65536, 1", "65535, 2", "0, 8", "0, 3", "0, 0"})
    void doesWhatAGuestCanAndNothingElse(int port, int width) {
        assertThrows(IllegalArgumentException.class, () -> board.in(port, width));
        assertThrows(IllegalArgumentException.class, () -> board.out(port, width, 0));
    }

    @Test
    void refusesWhatIsTaken() {
        board.takePorts("com2", 0x2F8, 8).takeMemory("hpet", 0xFED0_0000L, 0x400);
        board.ports(0x3F8, 8, region);

        assertEquals(
                "port range taken: wanted=port 0x2ff+2 by dut, owner=com2 with port 0x2f8+8",
                refused(() -> board.ports(0x2FF, 2, region)));
        assertEquals(
                "port range taken: wanted=port 0x3f0+16 by dut, owner=dut with port 0x3f8+8",
                refused(() -> board.ports(0x3F0, 16, region)));
        refused(() -> board.memory(0xFED0_03FFL, 1, region));
        refused(() -> board.memory(TestBoard.RAM - 1, 2, region));
        assertEquals(1, board.claims().size());
    }

    @ParameterizedTest
    @CsvSource({"-1, 1", "0, 0", "65535, 2", "0, 65537", "65536, 1"})
    void refusesPortsThatDoNotExist(int first, int count) {
        assertTrue(refused(() -> board.ports(first, count, region)).startsWith("no such range"));
    }

    @Test
    void refusesMemoryThatWraps() {
        assertTrue(refused(() -> board.memory(-1, 2, region)).startsWith("no such range"));
    }

    private static String refused(Runnable claiming) {
        return assertThrows(IllegalArgumentException.class, claiming::run).getMessage();
    }

    @Test
    void movesAClaim() {
        Claim claim = board.portsUnmapped(4, region);
        assertEquals(0xFF, board.in(0xC000));

        assertTrue(claim.move(0xC000));
        assertEquals(0x88, board.in(0xC000));
        assertFalse(claim.move(0xFFFE));
        assertFalse(claim.mapped());
        claim.release();
        assertFalse(claim.move(0xC000));
        assertEquals(List.of(), board.claims());
    }

    @Test
    void givesALineOnceAndKeepsWhatHappensToIt() {
        InterruptLine line = board.interrupt(4);
        assertSame(line, board.interrupt(4));
        assertThrows(IllegalStateException.class, () -> board.line(3));
        assertThrows(IllegalArgumentException.class, () -> board.interrupt(24));

        line.raise();
        line.raise();
        board.time().advance(5);
        line.lower();

        assertEquals(1, board.line(4).edges());
        assertEquals(
                List.of(new TestLine.Change(0, true), new TestLine.Change(5, false)),
                board.line(4).history());
    }

    @Test
    void runsWhatIsPostedInOrder() {
        List<Integer> ran = new ArrayList<>();
        board.post(
                () -> {
                    ran.add(1);
                    board.post(() -> ran.add(3));
                });
        board.post(() -> ran.add(2));
        assertEquals(2, board.mailbox().size());

        assertEquals(3, board.run());
        assertEquals(List.of(1, 2, 3), ran);
    }

    @Test
    void saysThatATaskPostsItself() {
        Runnable[] task = new Runnable[1];
        task[0] = () -> board.post(task[0]);
        board.post(task[0]);
        assertThrows(AssertionError.class, board::run);
    }

    @Test
    void keepsPostedZonesAndMessages() {
        Claim claim = board.ports(0x70, 2, region);
        board.posted(claim, 0, 1);
        board.message(0xFEE0_0000L, 0x31);

        assertEquals(List.of(new TestClaim.PostedZone(0, 1)), board.claim().posted());
        assertEquals(List.of(new TestBoard.Message(0xFEE0_0000L, 0x31)), board.messages());
        assertThrows(IllegalArgumentException.class, () -> board.posted(claim, 1, 2));
        assertThrows(
                IllegalArgumentException.class, () -> new TestBoard("other").posted(claim, 0, 1));
    }

    @Test
    void takesEverythingBackForTheSuccessor() {
        List<String> ran = new ArrayList<>();
        board.takePorts("com2", 0x2F8, 8);
        board.ports(0x3F8, 8, region);
        board.interrupt(4).raise();
        Timers.Timer timer = board.timers().timer(() -> ran.add("timer"));
        timer.at(10);
        board.post(() -> ran.add("task"));

        TestBoard next = board.successor();

        assertFalse(board.line(4).raised());
        board.post(() -> ran.add("late task"));
        timer.at(20);
        next.time().advance(100);
        assertEquals(0, board.run());
        assertEquals(List.of(), ran);
        assertEquals(100, next.timers().now());
        assertThrows(IllegalStateException.class, () -> board.interrupt(4));
        assertThrows(IllegalStateException.class, () -> board.ports(0, 1, region));
        next.ports(0x3F8, 8, region);
        refused(() -> next.ports(0x2F8, 8, region));
    }

    @Test
    void ringsInPlaceOfTheRegion() {
        List<String> rung = new ArrayList<>();
        Claim claim = board.ports(0x70, 2, region);
        Doorbell any = board.doorbell(claim, 0, 1, OptionalLong.empty(), () -> rung.add("any"));
        board.doorbell(claim, 1, 1, OptionalLong.of(7), () -> rung.add("seven"));
        board.out(0x70, 3);
        board.out(0x71, 3);
        board.out(0x71, 7);
        any.release();
        board.out(0x70, 4);
        assertEquals(List.of("any", "seven"), rung);
    }

    @Test
    void keepsTheConfigurationSpaceOfAFunction() {
        PciIdentity card = new PciIdentity(0x1AF4, 0x1042, 1, 0x010000, 0, 0);
        board.endpoint(card).bar(0, PciBar.IO, 16, region);
        board.powerOn();
        assertEquals(0x1042_1AF4, board.configuration(0, 0, 4));
        board.configure(0, 0x10, 4, 0xC000);
        board.configure(0, 0x04, 2, 1);
        assertTrue(board.claim().mapped());
        assertEquals(0xC000, board.claim().first());
    }

    @Test
    void letsADeviceAnswerLater() {
        Deferred[] token = new Deferred[1];
        board.ports(
                0x80,
                1,
                new Region() {
                    @Override
                    public long read(long offset, int width) {
                        token[0] = board.defer();
                        return 0;
                    }

                    @Override
                    public void write(long offset, int width, long value) {}
                });
        board.in(0x80);
        TestDeferred access = board.deferred().get(0);
        assertFalse(access.answered());
        assertThrows(IllegalStateException.class, access::value);
        assertTrue(token[0].complete(7));
        assertFalse(token[0].complete(8), "the first counts");
        assertEquals(7, access.value());
        assertThrows(IllegalStateException.class, board::defer, "outside an access");
    }

    @Test
    void saysWhatItHasNot() {
        assertEquals(
                "a TestBoard has no list of the places on its PCI bus yet",
                assertThrows(UnsupportedOperationException.class, board::slots).getMessage());
        assertThrows(UnsupportedOperationException.class, () -> board.pci(null));
    }
}
