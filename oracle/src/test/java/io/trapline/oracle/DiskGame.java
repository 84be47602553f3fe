package io.trapline.oracle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Plays the same on both sides of a machine, with one disk or several at once, and looks for the first difference. */
final class DiskGame {
    private static final Pattern STATUS = Pattern.compile(", status ([0-9]+)");

    private final DiskMachine machine;
    private final List<Disk> disks;
    private final Map<Disk, DiskDriver> theirs;
    private final Map<Disk, DiskDriver> own;
    private final Map<Exclusion, Integer> excused = new EnumMap<>(Exclusion.class);
    private final Map<Integer, Integer> statuses = new HashMap<>();
    private int observations;

    /** With something on the wire to us. */
    DiskGame(DiskMachine machine, List<Disk> disks, UnaryOperator<Endpoint> wire) {
        this.machine = machine;
        this.disks = disks;
        theirs = drivers(machine.qemu, this::count);
        own = drivers(machine.ours.through(wire.apply(machine.ours.port())), e -> {});
    }

    private Map<Disk, DiskDriver> drivers(DiskSide side, Consumer<Exclusion> excuse) {
        Map<Disk, DiskDriver> drivers = new EnumMap<>(Disk.class);
        for (Disk disk : disks) {
            drivers.put(
                    disk,
                    new DiskDriver(
                            side,
                            disk,
                            () ->
                                    drivers.entrySet().stream()
                                            .allMatch(
                                                    other ->
                                                            other.getKey() == disk
                                                                    || other.getValue().idle()),
                            excuse));
        }
        return drivers;
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
    Optional<DiskFind> discover() {
        for (Disk disk : disks) {
            List<String> left = theirs.get(disk).discover();
            List<String> right = own.get(disk).discover();
            if (!left.equals(right)) {
                return Optional.of(new DiskFind(List.of(), left, right));
            }
        }
        return Optional.empty();
    }

    /** One case; what differs is shrunk. */
    Optional<DiskFind> play(long seed, int length) {
        Optional<DiskFind> find = once(DiskTraffic.moves(new Random(seed), disks, length));
        return find.map(
                found ->
                        once(found.moves()).isPresent()
                                ? new DiskShrinker(this::once).shrink(found)
                                : found);
    }

    /** One case as it is; nothing of it is in flight when it is over. */
    private Optional<DiskFind> once(List<DiskMove> wanted) {
        List<DiskMove> moves = new ArrayList<>(wanted);
        while (!moves.isEmpty()
                && moves.get(moves.size() - 1).action() instanceof DiskAction.Settle) {
            moves.remove(moves.size() - 1);
        }
        for (Disk disk : disks) {
            moves.add(new DiskMove(disk, new DiskAction.Settle()));
        }
        prepare();
        CompletableFuture<List<List<String>>> other =
                CompletableFuture.supplyAsync(() -> played(moves, theirs));
        List<List<String>> right = played(moves, own);
        List<List<String>> left = other.join();
        for (int i = 0; i < moves.size(); i++) {
            observations += left.get(i).size();
            left.get(i).forEach(this::note);
            if (!left.get(i).equals(right.get(i))) {
                return Optional.of(
                        new DiskFind(
                                List.copyOf(moves.subList(0, i + 1)), left.get(i), right.get(i)));
            }
        }
        return disks.stream()
                .filter(Disk::kept)
                .flatMap(disk -> contents(disk, moves).stream())
                .findFirst();
    }

    private void prepare() {
        theirs.values().forEach(DiskDriver::prologue);
        own.values().forEach(DiskDriver::prologue);
        for (Disk disk : disks) {
            if (disk.kept()) {
                machine.write(disk, 1);
                theirs.get(disk).defined();
                own.get(disk).defined();
            }
        }
    }

    private static List<List<String>> played(List<DiskMove> moves, Map<Disk, DiskDriver> drivers) {
        return moves.stream().map(move -> drivers.get(move.disk()).play(move.action())).toList();
    }

    private Optional<DiskFind> contents(Disk disk, List<DiskMove> moves) {
        byte[] left = machine.content(true, disk);
        byte[] right = machine.content(false, disk);
        BitSet undefined = theirs.get(disk).undefined();
        if (left.length == right.length) {
            for (int from : undefined.stream().map(sector -> sector * Disk.SECTOR).toArray()) {
                if (from < left.length) {
                    Arrays.fill(left, from, from + Disk.SECTOR, (byte) 0);
                    Arrays.fill(right, from, from + Disk.SECTOR, (byte) 0);
                }
            }
        }
        int at = Arrays.mismatch(left, right);
        return at < 0
                ? Optional.empty()
                : Optional.of(
                        new DiskFind(moves, List.of(image(left, at)), List.of(image(right, at))));
    }

    private static String image(byte[] bytes, int at) {
        return "image of "
                + bytes.length
                + " bytes, at "
                + at
                + ": "
                + (at < bytes.length ? bytes[at] : "its end");
    }
}
