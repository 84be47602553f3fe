package io.trapline.oracle;

import io.trapline.oracle.DiskAction.Abandon;
import io.trapline.oracle.DiskAction.GiveUp;
import io.trapline.oracle.DiskAction.Kick;
import io.trapline.oracle.DiskAction.Mask;
import io.trapline.oracle.DiskAction.Messages;
import io.trapline.oracle.DiskAction.MoveBars;
import io.trapline.oracle.DiskAction.Negotiate;
import io.trapline.oracle.DiskAction.ReadConfig;
import io.trapline.oracle.DiskAction.ReadHeader;
import io.trapline.oracle.DiskAction.ReadRegister;
import io.trapline.oracle.DiskAction.ReadVectors;
import io.trapline.oracle.DiskAction.ReadWindow;
import io.trapline.oracle.DiskAction.ResetQueue;
import io.trapline.oracle.DiskAction.Resize;
import io.trapline.oracle.DiskAction.Route;
import io.trapline.oracle.DiskAction.SetMessage;
import io.trapline.oracle.DiskAction.Settle;
import io.trapline.oracle.DiskAction.Submit;
import io.trapline.oracle.DiskAction.Suppress;
import io.trapline.oracle.DiskAction.TakeInterrupt;
import io.trapline.oracle.DiskAction.WriteCache;
import io.trapline.oracle.DiskAction.WriteHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random actions of a driver, chosen so that what is worth seeing is seen. */
final class DiskTraffic {
    /** Types that no device knows, and that QEMU does not take for one that it knows. */
    private static final int[] UNKNOWN = {6, 7, 12, 16, 99, 0x4000_0000};

    private static final int[] SIZES = {64, 128, 200, 256, 300, 512};
    private static final int[] WIDTHS = {1, 2, 4};
    private static final int[] HARMLESS = {0x0C, 0x3C, 0x00, 0x08, 0x2C, 0x3D, 0x0E, 0x30};
    private static final int[] BARS = {0x10, 0x14, 0x18, 0x1C, 0x20, 0x24};

    private final Random random;
    private final Disk disk;

    DiskTraffic(Random random, Disk disk) {
        this.random = random;
        this.disk = disk;
    }

    /** What one case does with some disks, of which any may be next. */
    static List<DiskMove> moves(Random random, List<Disk> disks, int length) {
        List<DiskTraffic> all = disks.stream().map(disk -> new DiskTraffic(random, disk)).toList();
        List<DiskMove> moves = new ArrayList<>();
        for (DiskTraffic each : all) {
            moves.add(each.move(each.negotiate()));
        }
        while (moves.size() < length) {
            DiskTraffic next = all.size() == 1 ? all.get(0) : all.get(random.nextInt(all.size()));
            DiskAction action = next.any();
            moves.add(next.move(action));
            boolean over = action instanceof GiveUp || action instanceof Abandon;
            if (over && next.any(4) != 0) {
                moves.add(next.move(next.negotiate()));
            }
        }
        return moves;
    }

    private DiskMove move(DiskAction action) {
        return new DiskMove(disk, action);
    }

    private int any(int bound) {
        return random.nextInt(bound);
    }

    private int of(int[] values) {
        return values[any(values.length)];
    }

    private DiskAction negotiate() {
        long wish =
                any(4) == 0
                        ? random.nextLong()
                        : -1 & ~(any(2) == 0 ? 1L << 34 : 0) & ~(any(3) == 0 ? 1L << 29 : 0);
        return new Negotiate(wish, any(2) == 0, random.nextLong());
    }

    private DiskAction any() {
        int choice = any(100);
        if (choice < 45) {
            return submit();
        } else if (choice < 55) {
            return new Settle();
        } else if (choice < 63) {
            return new TakeInterrupt();
        } else if (choice < 69) {
            return new Suppress(any(4), any(3), any(4));
        } else if (choice < 72) {
            return new ReadConfig(any(15) * 4, of(WIDTHS));
        } else if (choice < 74) {
            return new ReadConfig(any(57), of(WIDTHS));
        } else if (choice < 78) {
            return new ReadRegister(any(64));
        } else if (choice < 80) {
            return new Kick(any(4));
        } else if (choice < 82) {
            return new WriteCache(any(2));
        } else if (choice < 84) {
            return switch (any(4)) {
                case 0 -> new Resize(of(SIZES));
                case 1 -> new GiveUp(any(3) == 0);
                default -> new Abandon(submit());
            };
        } else if (choice < 87) {
            return negotiate();
        }
        return ofBus(choice);
    }

    private DiskAction ofBus(int choice) {
        return switch (choice) {
            case 87, 88, 89 -> new Mask(any(4) - 1, any(2) == 0);
            case 90 -> new Messages(any(2) == 0, random.nextLong());
            case 91 -> new SetMessage(any(4), any(0x8000));
            case 92 -> new ReadVectors();
            case 93 -> new Route(any(3) - 1, any(5));
            case 94 -> new ResetQueue(any(2), random.nextLong());
            case 95, 96 -> {
                int width = of(WIDTHS);
                yield new ReadHeader(any(0x40 / width) * width, width);
            }
            case 97 -> {
                int what = any(3);
                yield what == 0
                        ? new WriteHeader(4, 2, random.nextInt())
                        : what == 1
                                ? new WriteHeader(of(BARS), 4, 0)
                                : new WriteHeader(of(HARMLESS), 1, random.nextInt());
            }
            case 98 -> new MoveBars(any(4));
            default -> {
                int width = of(WIDTHS);
                yield new ReadWindow(any(56), width);
            }
        };
    }

    private Submit submit() {
        List<DiskRequest> requests = new ArrayList<>();
        int count = any(3) == 0 ? 1 + any(8) : 1;
        for (int i = 0; i < count; i++) {
            requests.add(request());
        }
        return new Submit(any(4), requests, any(3) != 0);
    }

    private DiskRequest request() {
        int choice = any(20);
        int bytes = Disk.SECTOR * (1 + any(any(4) == 0 ? 16 : 3));
        if (choice < 8) {
            return of(DiskRequest.IN, bytes, 0);
        } else if (choice < 14) {
            return of(DiskRequest.OUT, bytes, 0);
        } else if (choice == 14) {
            return of(DiskRequest.FLUSH, 0, 0);
        } else if (choice == 15) {
            return of(DiskRequest.GET_ID, 20, 0);
        } else if (choice == 16) {
            return of(UNKNOWN[any(UNKNOWN.length)], 0, 0);
        } else if (choice == 17) {
            return of(any(2) == 0 ? DiskRequest.IN : DiskRequest.OUT, any(1200), 0);
        }
        boolean discard = choice == 18;
        int flags = any(4) == 0 ? 1 << any(32) : any(2);
        int sectors = any(10) == 0 ? of(new int[] {0, 0x3F_FFFF, 0x40_0000, -1}) : 1 + any(24);
        return of(
                discard ? DiskRequest.DISCARD : DiskRequest.WRITE_ZEROES,
                sectors,
                discard && any(4) != 0 ? 0 : flags);
    }

    private DiskRequest of(int type, int bytes, int flags) {
        long sectors = disk.sectors;
        long sector =
                switch (any(14)) {
                    case 0 -> sectors - any(20);
                    case 1 -> sectors + any(3);
                    case 2 -> any(3) == 0 ? -1L - any(20) : (1L << 55) - any(3);
                    default -> any((int) Math.min(sectors - 40, 1 << 20));
                };
        return new DiskRequest(
                type,
                sector,
                bytes,
                flags,
                2 + any(any(3) == 0 ? 11 : 4),
                any(2) == 0,
                random.nextLong());
    }
}
