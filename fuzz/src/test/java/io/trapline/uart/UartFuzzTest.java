package io.trapline.uart;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.trapline.fuzz.Trial;

/** The 16550A under accesses, bytes, times and states that nobody would think of. */
class UartFuzzTest {
    @FuzzTest
    void program(byte[] bytes) {
        Trial.run(bytes, UartWorld::of);
    }
}
