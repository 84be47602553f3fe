package io.trapline.bench;

import io.trapline.hypervisor.IoRequestSlot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** What an access to a port or to memory allocates: nothing. The yardstick is a single byte. */
final class AllocationFigure implements Figure {
    private static final int ACCESSES = 200_000;
    private static final int CLAIMS = 64;

    @Override
    public String name() {
        return "dispatch-alloc";
    }

    @Override
    public String about() {
        return "bytes that an access to a port or to memory allocates, against one";
    }

    @Override
    public String missing() {
        return null;
    }

    @Override
    public List<Comparison> measure(int rounds, Consumer<String> progress) throws IOException {
        List<Double> bytes = new ArrayList<>();
        for (int type : new int[] {IoRequestSlot.PORTIO, IoRequestSlot.MMIO}) {
            try (DispatchRig rig = new DispatchRig(type, CLAIMS, Order.RANDOM)) {
                DispatchFigure.warmUp(rig);
                for (int i = 0; i < rounds; i++) {
                    bytes.add(DispatchFigure.allocated(rig, ACCESSES));
                }
            }
        }
        double[] ours = bytes.stream().mapToDouble(Double::doubleValue).toArray();
        double[] one = new double[ours.length];
        Arrays.fill(one, 1);
        return List.of(new Comparison(name(), "bytes", "one byte an access", ours, one));
    }
}
