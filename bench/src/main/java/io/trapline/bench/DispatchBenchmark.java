package io.trapline.bench;

import io.trapline.hypervisor.IoRequestSlot;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The dispatch figures under JMH, each in a virtual machine of its own: for profilers, and for doubters. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class DispatchBenchmark {
    /** What is claimed. */
    public enum Space {
        /** Ports; the first claim is a UART's. */
        PORTS,
        /** Memory. */
        MEMORY
    }

    /** What is claimed. */
    @Param public Space space;

    /** How many claims. */
    @Param({"4", "64", "1024"})
    public int claims;

    /** Which of them are read. */
    @Param public Order order;

    private DispatchRig rig;

    /** Makes the machine. */
    @Setup
    public void open() throws IOException {
        rig =
                new DispatchRig(
                        space == Space.PORTS ? IoRequestSlot.PORTIO : IoRequestSlot.MMIO,
                        claims,
                        order);
    }

    /** Ends it. */
    @TearDown
    public void close() {
        rig.close();
    }

    /** An access through slot, look-up, baton and device. */
    @Benchmark
    @OperationsPerInvocation(DispatchRig.CYCLE)
    public long framework() {
        return rig.framework(DispatchRig.CYCLE);
    }

    /** An access to slot and device alone. */
    @Benchmark
    @OperationsPerInvocation(DispatchRig.CYCLE)
    public long bare() {
        return rig.bare(DispatchRig.CYCLE);
    }
}
