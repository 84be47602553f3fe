package io.trapline.oracle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Plays the same actions on both sides of a machine, and looks for the first thing that differs. */
final class DiskGame {
    private static final int ATTEMPTS = 200;
    private static final long PATIENCE_NANOS = 20_000_000_000L; // for shrinking

    private static final Pattern STATUS = Pattern.compile(", status ([0-9]+)");

    private final DiskMachine machine;
    private final Disk disk;
    private final DiskDriver theirs;
    private final DiskDriver own;
    private final Map<Exclusion, Integer> excused = new EnumMap<>(Exclusion.class);
    private final Map<Integer, Integer> statuses = new HashMap<>();
    private int attempts;
    private long end;
    private int observations;

    /** With something on the wire to us. */
    DiskGame(DiskMachine machine, Disk disk, UnaryOperator<Endpoint> wire) {
        this.machine = machine;
        this.disk = disk;
        theirs = new DiskDriver(machine.qemu, disk, this::count);
        own = new DiskDriver(machine.ours.through(wire.apply(machine.ours.port())), disk, e -> {});
    }

    /** What differs: the actions up to there, and what both saw of the last. */
    record Find(List<DiskAction> actions, List<String> qemu, List<String> ours) {
        @Override
        public String toString() {
            StringBuilder all = new StringBuilder();
            actions.forEach(action -> all.append("  ").append(action).append('\n'));
            for (int i = 0; i < Math.max(qemu.size(), ours.size()); i++) {
                String left = i < qemu.size() ? qemu.get(i) : "-";
                String right = i < ours.size() ? ours.get(i) : "-";
                all.append(
                                left.equals(right)
                                        ? "    both: " + left
                                        : "    QEMU: " + left + "\n    ours: " + right)
                        .append('\n');
            }
            return all.toString();
        }
    }

    private void note(String what) {
        Matcher status = STATUS.matcher(what);
        if (status.find()) {
            statuses.merge(Integer.valueOf(status.group(1)), 1, Integer::sum);
        }
    }

    /** How often requests ended so. */
    int of(int status) {
        return statuses.getOrDefault(status, 0);
    }

    private void count(Exclusion exclusion) {
        excused.merge(exclusion, 1, Integer::sum);
    }

    int observations() {
        return observations;
    }

    Map<Exclusion, Integer> excused() {
        return excused;
    }

    /** What a driver finds at first. */
    Optional<Find> discover() {
        List<String> left = theirs.discover();
        List<String> right = own.discover();
        return left.equals(right)
                ? Optional.empty()
                : Optional.of(new Find(List.of(), left, right));
    }

    /** One case; what differs is shrunk. */
    Optional<Find> play(long seed, int length) {
        List<DiskAction> actions = new DiskTraffic(new Random(seed), disk).actions(length);
        Optional<Find> find = once(actions);
        return find.map(found -> once(found.actions()).isPresent() ? shortest(found) : found);
    }

    private Find shortest(Find found) {
        attempts = ATTEMPTS;
        end = System.nanoTime() + PATIENCE_NANOS;
        Find best = found;
        for (int size = Math.max(best.actions().size() / 2, 1); size > 0; size /= 2) {
            for (int from = best.actions().size() - size;
                    from > -size && attempts > 0;
                    from -= size) {
                List<DiskAction> fewer = new ArrayList<>(best.actions());
                fewer.subList(
                                Math.min(Math.max(from, 0), fewer.size()),
                                Math.min(from + size, fewer.size()))
                        .clear();
                best = better(fewer, best);
            }
        }
        for (int i = 0; i < best.actions().size() && attempts > 0; i++) {
            best = fewerRequests(best, i);
        }
        return best;
    }

    private Find fewerRequests(Find found, int place) {
        Find best = found;
        for (int i = 7; i >= 0; i--) {
            if (place < best.actions().size()
                    && best.actions().get(place) instanceof DiskAction.Submit submit
                    && submit.requests().size() > 1
                    && i < submit.requests().size()) {
                List<DiskRequest> requests = new ArrayList<>(submit.requests());
                requests.remove(i);
                List<DiskAction> simpler = new ArrayList<>(best.actions());
                simpler.set(place, new DiskAction.Submit(submit.queue(), requests, submit.told()));
                best = better(simpler, best);
            }
        }
        return best;
    }

    private Find better(List<DiskAction> candidate, Find best) {
        if (candidate.isEmpty()
                || candidate.equals(best.actions())
                || attempts-- <= 0
                || System.nanoTime() > end) {
            return best;
        }
        return once(candidate).orElse(best);
    }

    private Optional<Find> once(List<DiskAction> wanted) {
        List<DiskAction> actions = new ArrayList<>(wanted);
        if (actions.isEmpty() || !actions.get(actions.size() - 1).equals(new DiskAction.Settle())) {
            actions.add(new DiskAction.Settle());
        }
        theirs.prologue();
        own.prologue();
        if (disk.kept()) {
            machine.write(disk, 1);
            theirs.defined();
            own.defined();
        }
        CompletableFuture<List<List<String>>> other =
                CompletableFuture.supplyAsync(() -> actions.stream().map(theirs::play).toList());
        List<List<String>> right = actions.stream().map(own::play).toList();
        List<List<String>> left = other.join();
        for (int i = 0; i < actions.size(); i++) {
            observations += left.get(i).size();
            left.get(i).forEach(this::note);
            if (!Objects.equals(left.get(i), right.get(i))) {
                return Optional.of(new Find(actions.subList(0, i + 1), left.get(i), right.get(i)));
            }
        }
        return disk.kept() ? contents(actions) : Optional.empty();
    }

    private Optional<Find> contents(List<DiskAction> actions) {
        byte[] left = machine.content(true, disk);
        byte[] right = machine.content(false, disk);
        BitSet undefined = theirs.undefined();
        if (left.length == right.length) {
            undefined.stream()
                    .filter(sector -> sector * Disk.SECTOR < left.length)
                    .forEach(
                            sector -> {
                                Arrays.fill(
                                        left,
                                        sector * Disk.SECTOR,
                                        (sector + 1) * Disk.SECTOR,
                                        (byte) 0);
                                Arrays.fill(
                                        right,
                                        sector * Disk.SECTOR,
                                        (sector + 1) * Disk.SECTOR,
                                        (byte) 0);
                            });
        }
        int at = Arrays.mismatch(left, right);
        return at < 0
                ? Optional.empty()
                : Optional.of(
                        new Find(
                                actions,
                                List.of("image, " + left.length + " bytes, at " + at),
                                List.of(
                                        "image, "
                                                + right.length
                                                + " bytes, at "
                                                + at
                                                + " differs")));
    }
}
