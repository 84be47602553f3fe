package io.trapline.bench;

import io.trapline.acrn.AcrnHypervisor;
import io.trapline.device.Board;
import io.trapline.device.Claim;
import io.trapline.device.Device;
import io.trapline.device.Region;
import io.trapline.ioreq.BareMachine;
import io.trapline.rig.Injector;
import java.io.IOException;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/** What is measured in the rig: the ACRN backend, the core, and a device that counts. */
final class OurModel {
    private static final long MEMORY = 4 << 20;
    private static final int VCPUS = 4; // as the rig gives it
    private static final String NAME = "ours";

    private OurModel() {}

    /**
     * Serves until its standard input ends.
     *
     * @param arguments whether the vCPUs poll
     */
    public static void main(String[] arguments) throws IOException {
        Map<String, String> options = Map.of("polling", arguments[0]);
        BareMachine machine =
                new BareMachine(NAME, new AcrnHypervisor(), MEMORY, VCPUS, null, 0, options);
        machine.plug("counter", new Counter());
        machine.start();
        ModelProcess.serve(number(), machine::close);
    }

    private static int number() {
        try (Injector rig = new Injector()) {
            return rig.status().machines().stream()
                    .filter(m -> m.name().equals(NAME))
                    .findFirst()
                    .orElseThrow()
                    .vm();
        }
    }

    /** Each read gives the next number; beside it, a doorbell that counts too. */
    private static final class Counter implements Device, Region {
        private int count;
        private final AtomicLong rings = new AtomicLong();

        @Override
        public void install(Board board) {
            board.ports(AcrnLoad.COUNTER_PORT, AcrnLoad.COUNTER_PORTS, this);
            Claim bell = board.ports(AcrnLoad.DOORBELL_PORT, AcrnLoad.DOORBELL_WIDTH, this);
            board.doorbell(
                    bell, 0, AcrnLoad.DOORBELL_WIDTH, OptionalLong.empty(), rings::incrementAndGet);
        }

        @Override
        public void reset() {
            count = 0;
        }

        @Override
        public long read(long offset, int width) {
            return ++count;
        }

        @Override
        public void write(long offset, int width, long value) {
            count = (int) value;
        }
    }
}
