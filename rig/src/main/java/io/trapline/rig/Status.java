package io.trapline.rig;

import java.util.List;

/**
 * What the stand-in for the hypervisor counts.
 *
 * @param violations breaches of the protocol since the boot or the last {@link Injector#clear}
 * @param machines the User VMs there are
 */
public record Status(
        long hypercalls, long upcalls, long events, long violations, List<Machine> machines) {

    /**
     * One User VM.
     *
     * @param state {@code created}, {@code running} or {@code paused}
     * @param polling whether it was created with completion polling
     * @param spurious completions that no access waited for
     * @param highLines a bit for each GSI that is high
     * @param regions pieces of memory
     * @param slots the state of each vCPU's slot, by its name
     */
    public record Machine(
            int vm,
            String name,
            String state,
            int vcpus,
            long flags,
            long affinity,
            boolean polling,
            long accesses,
            long notifies,
            long spurious,
            long irqLines,
            long msis,
            long highLines,
            int regions,
            List<String> slots) {

        private static Machine of(Answer line) {
            return new Machine(
                    line.count("vm"),
                    line.text("name"),
                    line.text("state"),
                    line.count("vcpus"),
                    line.number("flags"),
                    line.number("affinity"),
                    line.number("polling") == 1,
                    line.number("accesses"),
                    line.number("notifies"),
                    line.number("spurious"),
                    line.number("irqlines"),
                    line.number("msis"),
                    line.number("gsi-high"),
                    line.count("regions"),
                    List.of(line.text("slots").split(",")));
        }
    }

    static Status parse(String lines) {
        Answer first = new Answer(lines.lines().findFirst().orElse(""));
        return new Status(
                Answer.parse(first.text("hypercalls")),
                first.number("upcalls"),
                first.number("events"),
                first.number("violations"),
                lines.lines().skip(1).map(Answer::new).map(Machine::of).toList());
    }

    /** One User VM by its number. */
    public Machine machine(int vm) {
        return machines.stream()
                .filter(m -> m.vm() == vm)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no vm " + vm + ": " + this));
    }
}
