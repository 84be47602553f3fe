package io.trapline.rtc;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.trapline.fuzz.Trial;

/** The MC146818A under accesses, times and states that nobody would think of. */
class RtcFuzzTest {
    @FuzzTest
    void program(byte[] bytes) {
        Trial.run(bytes, RtcWorld::of);
    }
}
