package io.trapline.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Makes what differs as short as it gets: leaves out moves, then requests of those that are left. */
final class DiskShrinker {
    /** So many cases are tried, however long they take. */
    private static final int ATTEMPTS = 200;

    private final Function<List<DiskMove>, Optional<DiskFind>> play;
    private int attempts = ATTEMPTS;

    DiskShrinker(Function<List<DiskMove>, Optional<DiskFind>> play) {
        this.play = play;
    }

    DiskFind shrink(DiskFind found) {
        DiskFind best = found;
        for (int size = Math.max(best.moves().size() / 2, 1); size > 0; size /= 2) {
            for (int from = best.moves().size() - size;
                    from > -size && attempts > 0;
                    from -= size) {
                List<DiskMove> fewer = new ArrayList<>(best.moves());
                fewer.subList(
                                Math.min(Math.max(from, 0), fewer.size()),
                                Math.min(from + size, fewer.size()))
                        .clear();
                best = better(fewer, best);
            }
        }
        for (int i = 0; i < best.moves().size() && attempts > 0; i++) {
            best = fewerRequests(best, i);
        }
        return best;
    }

    private DiskFind fewerRequests(DiskFind found, int place) {
        DiskFind best = found;
        for (int i = 7; i >= 0; i--) {
            if (place < best.moves().size()
                    && best.moves().get(place).action() instanceof DiskAction.Submit submit
                    && submit.requests().size() > 1
                    && i < submit.requests().size()) {
                List<DiskRequest> requests = new ArrayList<>(submit.requests());
                requests.remove(i);
                List<DiskMove> simpler = new ArrayList<>(best.moves());
                simpler.set(
                        place,
                        new DiskMove(
                                best.moves().get(place).disk(),
                                new DiskAction.Submit(submit.queue(), requests, submit.told())));
                best = better(simpler, best);
            }
        }
        return best;
    }

    private DiskFind better(List<DiskMove> candidate, DiskFind best) {
        if (candidate.isEmpty() || candidate.equals(best.moves()) || attempts-- <= 0) {
            return best;
        }
        return play.apply(candidate).orElse(best);
    }
}
