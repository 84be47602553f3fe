package io.trapline.virtioblk;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.trapline.fuzz.Trial;

/** A virtio disk, its two transports and its two rings, in the memory of a guest that breaks rules. */
class BlockFuzzTest {
    @FuzzTest
    void program(byte[] bytes) {
        Trial.run(bytes, BlockWorld::of);
    }
}
