package io.trapline.virtioblk;

import static io.trapline.virtioblk.Asked.GET_ID;
import static io.trapline.virtioblk.Asked.GET_LIFETIME;
import static io.trapline.virtioblk.Asked.IN;
import static io.trapline.virtioblk.Asked.OUT;
import static io.trapline.virtioblk.Asked.SECTOR;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/** A disk, and the array of bytes that it must be, but for what is in flight. */
final class ModelDisk {
    private MemoryImage image;
    private byte[] expected;

    ModelDisk(int sectors) {
        image = new MemoryImage(sectors * SECTOR, false, false);
        expected = contents(image.contents());
    }

    MemoryImage image() {
        return image;
    }

    int sectors() {
        return expected.length / SECTOR;
    }

    private static byte[] contents(ByteBuffer of) {
        byte[] bytes = new byte[of.capacity()];
        of.get(0, bytes);
        return bytes;
    }

    static void want(Object expected, Object actual, String what) {
        if (!expected.equals(actual)) {
            throw new AssertionError(what + ": " + actual + ", wanted " + expected);
        }
    }

    /** Another length: what is new is the image's. */
    void resize(int sectors) {
        image = image.resized(sectors * SECTOR);
        byte[] old = expected;
        expected = contents(image.contents());
        System.arraycopy(old, 0, expected, 0, Math.min(old.length, expected.length));
    }

    /** With nothing in flight. */
    void check() {
        want(true, Arrays.equals(expected, contents(image.contents())), "the disk is the model's");
    }

    /** What is written, or what must be read. */
    byte[] data(int type, int sector, int count, Random random) {
        byte[] data = new byte[count * SECTOR];
        if (type == OUT) {
            random.nextBytes(data);
        } else if (type == IN) {
            int from = sector * SECTOR;
            System.arraycopy(
                    expected, from, data, 0, Math.min(data.length, expected.length - from));
        } else if (type == GET_ID) {
            return Arrays.copyOf(new byte[] {'m', 'o', 'd', 'e', 'l'}, 20);
        } else if (type == GET_LIFETIME) {
            return new byte[] {1, 0, 2, 0, 3, 0};
        }
        return data;
    }

    /** A request that may have changed the disk is over: each sector is as it was, or as it was to be. */
    void settle(Asked asked, boolean surely) {
        byte[] now = contents(image.contents());
        int end = Math.min(asked.sector + asked.count, sectors());
        for (int sector = asked.sector; sector < end; sector++) {
            byte[] is = Asked.part(now, sector);
            if (asked.knows(sector)) {
                boolean done = Arrays.equals(is, asked.wanted(sector));
                boolean old = Arrays.equals(is, Asked.part(expected, sector));
                want(true, done || !surely && old, "sector " + sector + " of " + asked);
            }
            System.arraycopy(is, 0, expected, SECTOR * sector, SECTOR);
        }
    }

    /** §5.2.6.2: what is written through is on the disk when it is over. */
    void checkStable(Asked asked) {
        byte[] stable = contents(image.stable());
        int end = Math.min(asked.sector + asked.count, sectors());
        for (int sector = asked.sector; sector < end; sector++) {
            byte[] is = Asked.part(expected, sector);
            want(true, Arrays.equals(is, Asked.part(stable, sector)), "stable: " + asked);
        }
    }
}
