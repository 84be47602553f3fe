package io.trapline.tck;

import io.trapline.device.Deferred;
import java.util.concurrent.atomic.AtomicReference;

/** An access whose answer the device has taken over: the guest's vCPU waits until it is {@link #answered}. */
public final class TestDeferred implements Deferred {
    private final AtomicReference<Long> answer = new AtomicReference<>();

    TestDeferred() {}

    @Override
    public boolean complete(long value) {
        return answer.compareAndSet(null, value);
    }

    /** Whether the vCPU goes on. */
    public boolean answered() {
        return answer.get() != null;
    }

    /**
     * What a read has given.
     *
     * @throws IllegalStateException if it is not answered yet
     */
    public long value() {
        Long given = answer.get();
        if (given == null) {
            throw new IllegalStateException("the access is not answered yet");
        }
        return given;
    }
}
