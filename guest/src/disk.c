/*
 * disk.c - a driver of the virtio block device, VIRTIO 1.2, over memory-mapped registers (4.2) or PCI (4.1), with
 * split (2.7) or packed (2.8) rings, and the loads that it is for. Everything is polled. guest/README.md describes
 * parameters and output.
 */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;

enum { MMIO, PCI };

enum { RANDOM_READ, SEQUENTIAL_READ, SEQUENTIAL_WRITE, RANDOM_WRITE, CHECK, KINDS };

enum { PACKED = 1, EVENT_INDEX = 2, INTERRUPTS = 4, QUIET = 8, FLAGS = 15 };

struct parameters {
    u64 magic;
    u32 transport, address, slot;
    u32 kind, depth, sectors, count, batches, flags, seed;
    u64 first, range;
};

extern volatile struct parameters parameters;

/* ---- Memory beyond the image ---- */
#define DESCRIPTORS 0x100000ul
#define DRIVER_AREA 0x104000ul
#define DEVICE_AREA 0x108000ul
#define HEADERS     0x10c000ul /* 16 bytes each */
#define STATES      0x10e000ul /* a byte each, 64 bytes apart */
#define DATA        0x200000ul
#define DATA_LENGTH 0x20000ul /* the longest request */
#define MOST_DEPTH  64
#define SECTOR      512

#define COM1     0x3f8
#define MARK_B   0x5f0
#define MARK_E   0x5f1
#define CYC_LO   0x5f4
#define CYC_HI   0x5f8
#define FINISH   0xf4
#define FIN_VAL  0x31
#define PATIENCE (1ul << 36) /* cycles without an answer, before the guest says so: 26 s at 2.6 GHz */

#define VECTOR   0x51
#define APIC     0xfee00000ul
#define APIC_SVR 0xf0
#define APIC_IRR 0x200

static inline void out8(u16 port, u8 value) { __asm__ volatile("out %0, %1" : : "a"(value), "Nd"(port)); }
static inline void out32(u16 port, u32 value) { __asm__ volatile("out %0, %1" : : "a"(value), "Nd"(port)); }
static inline u8 in8(u16 port) { u8 value; __asm__ volatile("in %1, %0" : "=a"(value) : "Nd"(port)); return value; }
static inline u32 in32(u16 port) { u32 value; __asm__ volatile("in %1, %0" : "=a"(value) : "Nd"(port)); return value; }
static inline void pause(void) { __asm__ volatile("pause" : : : "memory"); }
static inline void fence(void) { __asm__ volatile("mfence" : : : "memory"); }
static inline void order(void) { __asm__ volatile("" : : : "memory"); } /* x86 keeps stores in order, and loads */
static inline u64 cycles(void) {
    u32 low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (u64) high << 32 | low;
}

/* Instructions of one access each, so that any hypervisor can decode them. */
static inline u8 get8(u64 at) { u8 value; __asm__ volatile("movb (%1), %0" : "=a"(value) : "r"(at) : "memory"); return value; }
static inline u16 get16(u64 at) { u16 value; __asm__ volatile("movw (%1), %0" : "=a"(value) : "r"(at) : "memory"); return value; }
static inline u32 get32(u64 at) { u32 value; __asm__ volatile("movl (%1), %0" : "=a"(value) : "r"(at) : "memory"); return value; }
static inline void set8(u64 at, u8 value) { __asm__ volatile("movb %0, (%1)" : : "a"(value), "r"(at) : "memory"); }
static inline void set16(u64 at, u16 value) { __asm__ volatile("movw %0, (%1)" : : "a"(value), "r"(at) : "memory"); }
static inline void set32(u64 at, u32 value) { __asm__ volatile("movl %0, (%1)" : : "a"(value), "r"(at) : "memory"); }

#define AT(type, address) (*(volatile type *) (address))

/* ---- Text ---- */
static void put(char c) {
    for (int i = 0; i < 100000 && !(in8(COM1 + 5) & 0x20); i++)
        pause();
    out8(COM1, c);
}

static void text(const char *s) {
    while (*s) {
        if (*s == '\n')
            put('\r');
        put(*s++);
    }
}

static void decimal(u64 value) {
    if (value >= 10)
        decimal(value / 10);
    put('0' + value % 10);
}

static void hex(u64 value, int digits) {
    while (digits--)
        put("0123456789abcdef"[value >> 4 * digits & 15]);
}

static void open_uart(void) {
    out8(COM1 + 3, 0x80);
    out8(COM1, 1);
    out8(COM1 + 1, 0);
    out8(COM1 + 3, 3);
    out8(COM1 + 1, 0);
    out8(COM1 + 2, 7);
}

static void __attribute__((noreturn)) finish(const char *why) {
    text(why);
    out8(FINISH, FIN_VAL);
    for (;;)
        pause();
}

/* ---- PCI, configuration mechanism 1 ---- */
static u32 config(u32 reg) {
    out32(0xcf8, 0x80000000 | parameters.slot << 11 | (reg & ~3u));
    return in32(0xcfc) >> 8 * (reg & 3);
}

static void configure(u32 reg, u32 value) {
    out32(0xcf8, 0x80000000 | parameters.slot << 11 | reg);
    out32(0xcfc, value);
}

static u64 bar(u32 index) {
    u32 low = config(0x10 + 4 * index);
    return (low & ~15u) | ((low & 6) == 4 ? (u64) config(0x14 + 4 * index) << 32 : 0);
}

/* Those that nobody has assigned get a place below the I/O APIC. */
static void assign_bars(void) {
    u64 next = 0xfd000000;
    for (u32 reg = 0x10; reg < 0x28; reg += 4) {
        u32 before = config(reg);
        int wide = (before & 7) == 4;
        if (before & 1)
            continue; /* ports are not needed */
        configure(reg, 0xffffffff);
        u32 size = ~(config(reg) & ~15u) + 1;
        if (size == 0 || (before & ~15u) != 0 || (wide && config(reg + 4) != 0)) {
            configure(reg, before);
        } else {
            next = (next + size - 1) & ~(u64) (size - 1);
            configure(reg, next);
            next += size;
        }
        if (wide)
            reg += 4;
    }
    configure(4, (config(4) & 0xffff) | 6); /* memory, bus master */
}

/* ---- Transports ---- */
static u64 common, notify, isr, settings; /* addresses */
static u32 notify_multiplier;
static u64 msix_table, msix_control;
static u64 doorbell;

static void ring_doorbell(void) {
    if (parameters.transport == PCI)
        set16(doorbell, 0);
    else
        set32(doorbell, 0);
}

static const char *find_pci(void) {
    if ((config(0) & 0xffff) != 0x1af4 || config(0) >> 16 != 0x1042)
        return "disk: no virtio block device there\n";
    assign_bars();
    for (u32 at = config(0x34) & 0xfc; at != 0; at = config(at) >> 8 & 0xfc) {
        u32 head = config(at);
        if ((head & 0xff) == 0x11) {
            u32 table = config(at + 4);
            msix_control = at;
            msix_table = bar(table & 7) + (table & ~7u);
        } else if ((head & 0xff) == 9) {
            u64 place = bar(config(at + 4) & 0xff) + config(at + 8);
            switch (head >> 24) {
            case 1: if (!common) common = place; break;
            case 2: if (!notify) { notify = place; notify_multiplier = config(at + 16); } break;
            case 3: if (!isr) isr = place; break;
            case 4: if (!settings) settings = place; break;
            }
        }
    }
    return common && notify && isr && settings ? 0 : "disk: a structure is missing\n";
}

static const char *find_mmio(void) {
    u64 base = parameters.address;
    if (get32(base) != 0x74726976 || get32(base + 4) != 2 || get32(base + 8) != 2)
        return "disk: no virtio block device there\n";
    common = base;
    doorbell = base + 0x50;
    settings = base + 0x100;
    return 0;
}

static u8 status(void) {
    return parameters.transport == PCI ? get8(common + 0x14) : get32(common + 0x70);
}

static void set_status(u8 value) {
    if (parameters.transport == PCI)
        set8(common + 0x14, value);
    else
        set32(common + 0x70, value);
}

static u32 offered(u32 select) {
    set32(common + (parameters.transport == PCI ? 0 : 0x14), select);
    return get32(common + (parameters.transport == PCI ? 4 : 0x10));
}

static void accept(u32 select, u32 features) {
    set32(common + (parameters.transport == PCI ? 8 : 0x24), select);
    set32(common + (parameters.transport == PCI ? 12 : 0x20), features);
}

static u8 take_isr(void) {
    if (parameters.transport == PCI)
        return get8(isr);
    u8 value = get32(common + 0x60);
    set32(common + 0x64, value);
    return value;
}

/* ---- The queue ---- */
static u32 size;
static int packed, event_index;

struct descriptor {
    u64 address;
    u32 length;
    u16 flags, next; /* packed: id, flags */
};

#define NEXT  1
#define WRITE 2
#define AVAIL (1 << 7)
#define USED  (1 << 15)

static void place(u32 low, u64 address) {
    set32(common + low, address);
    set32(common + low + 4, address >> 32);
}

static void clear(u64 from, u64 to) {
    for (u64 at = from; at < to; at += 8)
        AT(u64, at) = 0;
}

static const char *set_up_queue(void) {
    int pci = parameters.transport == PCI;
    if (pci)
        set16(common + 0x16, 0);
    else
        set32(common + 0x30, 0);
    u32 most = pci ? get16(common + 0x18) : get32(common + 0x34);
    u32 wanted = 4;
    while (wanted < 3 * parameters.depth)
        wanted *= 2;
    if (most < wanted)
        return "disk: the queue is too short\n";
    size = most < 256 ? most : 256;
    clear(DESCRIPTORS, DATA);
    if (pci) {
        set16(common + 0x18, size);
        if (parameters.flags & INTERRUPTS && msix_control) {
            AT(u32, APIC + APIC_SVR) = 0x1ff; /* on: else it takes no message */
            set32(msix_table, APIC);
            set32(msix_table + 4, 0);
            set32(msix_table + 8, VECTOR);
            set32(msix_table + 12, 0);
            configure(msix_control, (config(msix_control) & 0x3fffffff) | 0x80000000);
            set16(common + 0x1a, 0);
        }
        place(0x20, DESCRIPTORS);
        place(0x28, DRIVER_AREA);
        place(0x30, DEVICE_AREA);
        doorbell = notify + get16(common + 0x1e) * notify_multiplier;
        set16(common + 0x1c, 1);
    } else {
        set32(common + 0x38, size);
        place(0x80, DESCRIPTORS);
        place(0x90, DRIVER_AREA);
        place(0xa0, DEVICE_AREA);
        set32(common + 0x44, 1);
    }
    return 0;
}

static const char *start(void) {
    u32 low = offered(0), high = offered(1);
    packed = (parameters.flags & PACKED) != 0;
    event_index = (parameters.flags & EVENT_INDEX) != 0;
    if (!(high & 1) || (packed && !(high & 4)) || (event_index && !(low & 1u << 29)))
        return "disk: a feature is missing\n";
    set_status(0);
    for (int i = 0; i < 1000000 && status() != 0; i++)
        pause();
    set_status(3);
    accept(0, (low & 1 << 9) | (event_index ? 1u << 29 : 0)); /* FLUSH */
    accept(1, 1 | (packed ? 4 : 0));
    set_status(11);
    if (!(status() & 8))
        return "disk: the features are refused\n";
    const char *fault = set_up_queue();
    if (!fault)
        set_status(15);
    return fault;
}

/* One request: three descriptors, its header, its data, its status. Request i has descriptors 3 i and on. */
static u16 avail_index, used_index, told_index; /* split: of the rings; packed: places, and how many are made */
static int avail_wrap = 1, used_wrap = 1;
static u32 in_flight;
static u16 free_list[MOST_DEPTH];
static u32 free_count;

static void silence(void) {
    int quiet = !(parameters.flags & INTERRUPTS);
    if (packed) {
        AT(u16, DRIVER_AREA + 2) = quiet; /* RING_EVENT_FLAGS_DISABLE */
    } else {
        AT(u16, DRIVER_AREA) = quiet && !event_index; /* VIRTQ_AVAIL_F_NO_INTERRUPT */
        AT(u16, DRIVER_AREA + 4 + 2 * size) = quiet ? 0x8000 : 0; /* used_event */
    }
}

/* What a split ring's device would tell of again after 2^16 buffers: it is pushed ahead. */
static void stay_silent(void) {
    if (!packed && !(parameters.flags & INTERRUPTS))
        AT(u16, DRIVER_AREA + 4 + 2 * size) = used_index + 0x8000;
}

static void prepare(void) {
    avail_index = used_index = told_index = in_flight = 0;
    avail_wrap = used_wrap = 1;
    free_count = 0;
    for (u32 i = 0; i < parameters.depth; i++)
        free_list[free_count++] = i;
    silence();
}

static void put_split(u32 slot, u64 length, int in) {
    volatile struct descriptor *d = (volatile struct descriptor *) DESCRIPTORS + 3 * slot;
    u32 at = 3 * slot;
    d[0].address = HEADERS + 16 * slot;
    d[0].length = 16;
    d[0].flags = NEXT;
    d[0].next = at + (length ? 1 : 2);
    if (length) {
        d[1].address = DATA + DATA_LENGTH * slot;
        d[1].length = length;
        d[1].flags = NEXT | (in ? WRITE : 0);
        d[1].next = at + 2;
    }
    d[2].address = STATES + 64 * slot;
    d[2].length = 1;
    d[2].flags = WRITE;
    AT(u16, DRIVER_AREA + 4 + 2 * (avail_index & (size - 1))) = at;
    avail_index++;
}

static void put_one(u32 at, u64 address, u32 length, u16 id, u16 flags, int wrap) {
    volatile struct descriptor *d = (volatile struct descriptor *) DESCRIPTORS + at;
    d->address = address;
    d->length = length;
    d->flags = id;
    order();
    d->next = flags | (wrap ? AVAIL : USED);
}

static void put_packed(u32 slot, u64 length, int in) {
    u32 first = avail_index, at = first;
    int wrap = avail_wrap, first_wrap = wrap;
    u16 first_flags = NEXT;
    volatile struct descriptor *d = (volatile struct descriptor *) DESCRIPTORS + first;
    d->address = HEADERS + 16 * slot;
    d->length = 16;
    d->flags = slot;
    if (++at == size) { at = 0; wrap ^= 1; }
    if (length) {
        put_one(at, DATA + DATA_LENGTH * slot, length, slot, NEXT | (in ? WRITE : 0), wrap);
        if (++at == size) { at = 0; wrap ^= 1; }
    }
    put_one(at, STATES + 64 * slot, 1, slot, WRITE, wrap);
    if (++at == size) { at = 0; wrap ^= 1; }
    order(); /* the first one last: with it the device sees all of them */
    d->next = first_flags | (first_wrap ? AVAIL : USED);
    avail_index = at;
    avail_wrap = wrap;
}

static void submit(u32 slot, u32 type, u64 sector, u64 length, int in) {
    AT(u32, HEADERS + 16 * slot) = type;
    AT(u32, HEADERS + 16 * slot + 4) = 0;
    AT(u64, HEADERS + 16 * slot + 8) = sector;
    AT(u8, STATES + 64 * slot) = 0xff;
    in_flight++;
    if (packed)
        put_packed(slot, length, in);
    else
        put_split(slot, length, in);
}

static u64 doorbells;

/* Shows the device what was submitted, and rings if it wants that. */
static void publish(void) {
    int wanted;
    order();
    if (packed) {
        u16 before = told_index;
        told_index = avail_index;
        fence();
        u16 flags = AT(u16, DEVICE_AREA + 2) & 3;
        if (flags == 2) { /* RING_EVENT_FLAGS_DESC: at one place of the ring */
            u16 event = AT(u16, DEVICE_AREA);
            u32 place_wanted = event & 0x7fff;
            u32 end = avail_index > before ? avail_index : avail_index + size;
            if (place_wanted < before)
                place_wanted += size;
            wanted = place_wanted < end;
        } else {
            wanted = flags == 0;
        }
    } else {
        u16 before = told_index;
        told_index = avail_index;
        AT(u16, DRIVER_AREA + 2) = avail_index;
        fence();
        if (event_index) {
            u16 event = AT(u16, DEVICE_AREA + 4 + 8 * size);
            wanted = (u16) (avail_index - event - 1) < (u16) (avail_index - before);
        } else {
            wanted = !(AT(u16, DEVICE_AREA) & 1);
        }
    }
    if (wanted) {
        doorbells++;
        ring_doorbell();
    }
}

/* The request that is done; -1: none is. */
static int take(void) {
    u32 slot;
    if (packed) {
        volatile struct descriptor *d = (volatile struct descriptor *) DESCRIPTORS + used_index;
        u16 flags = d->next;
        int is_avail = (flags & AVAIL) != 0, is_used = (flags & USED) != 0;
        if (is_avail != is_used || is_used != used_wrap)
            return -1;
        order();
        slot = d->flags;
        u32 past = used_index + (AT(u32, HEADERS + 16 * slot) == 4 ? 2 : 3); /* a FLUSH has no data */
        if (past >= size) { past -= size; used_wrap ^= 1; }
        used_index = past;
    } else {
        if (AT(u16, DEVICE_AREA + 2) == used_index)
            return -1;
        order();
        slot = AT(u32, DEVICE_AREA + 4 + 8 * (used_index & (size - 1))) / 3;
        used_index++;
    }
    in_flight--;
    return slot;
}

/* Waits for the next one. */
static u32 await(void) {
    u64 since = 0;
    for (u32 turns = 1;; turns++) {
        int slot = take();
        if (slot >= 0)
            return slot;
        pause();
        if ((turns & 0xffff) == 0) {
            u64 now = cycles();
            if (since == 0)
                since = now;
            else if (now - since > PATIENCE)
                finish("disk: no answer\n");
        }
    }
}

/* ---- Loads ---- */
static u64 first, range; /* sectors */
static u64 errors;
static u64 state = 1;

static u64 random_place(u64 places) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (state >> 11) % places;
}

static u64 next_sector(u64 number) {
    u64 places = range / parameters.sectors;
    u32 kind = parameters.kind;
    u64 chosen = kind == RANDOM_READ || kind == RANDOM_WRITE ? random_place(places) : number % places;
    return first + chosen * parameters.sectors;
}

static void note(u32 slot) {
    errors += AT(u8, STATES + 64 * slot) != 0;
}

/* Keeps as many requests in flight as were asked for, until count are done. */
static void load(u64 count, u64 from) {
    u32 sectors = parameters.sectors;
    int in = parameters.kind == RANDOM_READ || parameters.kind == SEQUENTIAL_READ;
    u64 submitted = 0, done = 0;
    while (done < count) {
        u64 before = submitted;
        while (free_count && submitted < count) {
            submit(free_list[--free_count], in ? 0 : 1, next_sector(from + submitted), (u64) sectors * SECTOR, in);
            submitted++;
        }
        if (submitted != before)
            publish();
        u32 slot = await();
        do {
            note(slot);
            free_list[free_count++] = slot;
            done++;
            int more = take();
            if (more < 0)
                break;
            slot = more;
        } while (1);
        stay_silent();
    }
}

static void flush(void) {
    submit(free_list[--free_count], 4, 0, 0, 0);
    publish();
    u32 slot = await();
    note(slot);
    free_list[free_count++] = slot;
}

static void measure(void) {
    u64 from = 0;
    for (u32 batch = 1; parameters.batches == 0 || batch <= parameters.batches; batch++) {
        doorbells = 0;
        out8(MARK_B, parameters.kind);
        u64 begin = cycles();
        load(parameters.count, from);
        u64 took = cycles() - begin;
        out8(MARK_E, parameters.kind);
        out32(CYC_LO, took);
        out32(CYC_HI, took >> 32);
        from += parameters.count;
        text("batch ");
        decimal(batch);
        text(" cycles ");
        hex(took, 16);
        text(" doorbells ");
        decimal(doorbells);
        text(" errors ");
        decimal(errors);
        text("\n");
    }
}

/* ---- The check: everything is written, flushed, read back and compared, with another pattern in each batch ---- */
static u64 word(u64 sector, u64 batch, u32 index) {
    return (sector << 24 | batch << 8 | index) * 0x9e3779b97f4a7c15ul;
}

static u64 sector_of[MOST_DEPTH];

static void fill(u32 slot, u64 sector, u64 batch) {
    u64 at = DATA + DATA_LENGTH * slot;
    for (u32 s = 0; s < parameters.sectors; s++)
        for (u32 i = 0; i < SECTOR / 8; i++, at += 8)
            AT(u64, at) = word(sector + s, batch, i);
}

static u64 differences(u32 slot, u64 sector, u64 batch) {
    u64 at = DATA + DATA_LENGTH * slot, found = 0;
    for (u32 s = 0; s < parameters.sectors; s++)
        for (u32 i = 0; i < SECTOR / 8; i++, at += 8)
            found += AT(u64, at) != word(sector + s, batch, i);
    return found;
}

static u64 pass(int in, u64 batch) {
    u64 count = range / parameters.sectors, submitted = 0, done = 0, wrong = 0;
    while (done < count) {
        u64 before = submitted;
        while (free_count && submitted < count) {
            u32 slot = free_list[--free_count];
            u64 sector = first + submitted++ * parameters.sectors;
            sector_of[slot] = sector;
            if (in)
                clear(DATA + DATA_LENGTH * slot, DATA + DATA_LENGTH * slot + parameters.sectors * SECTOR);
            else
                fill(slot, sector, batch);
            submit(slot, in ? 0 : 1, sector, (u64) parameters.sectors * SECTOR, in);
        }
        if (submitted != before)
            publish();
        u32 slot = await();
        note(slot);
        if (in)
            wrong += differences(slot, sector_of[slot], batch);
        free_list[free_count++] = slot;
        done++;
        stay_silent();
    }
    return wrong;
}

static void check(void) {
    for (u32 batch = 1; parameters.batches == 0 || batch <= parameters.batches; batch++) {
        pass(0, batch);
        flush();
        u64 wrong = pass(1, batch);
        if (parameters.flags & QUIET && batch != parameters.batches && wrong == 0 && errors == 0)
            continue;
        text("check ");
        decimal(batch);
        text(" errors ");
        decimal(errors);
        text(" differences ");
        decimal(wrong);
        text("\n");
    }
}

/* What has arrived, and is never taken: the vector in the APIC, the line in the 8259As. */
static void show_interrupts(void) {
    text("isr ");
    u32 vector = get32(APIC + APIC_IRR + 0x10 * (VECTOR / 32)) >> VECTOR % 32 & 1;
    out8(0x20, 0x0a);
    out8(0xa0, 0x0a);
    u32 lines = in8(0x20) | in8(0xa0) << 8;
    hex(take_isr(), 2);
    text(" vector ");
    decimal(vector);
    text(" lines ");
    hex(lines, 4);
    text("\n");
}

__attribute__((noreturn, used)) void main(void) {
    open_uart();
    out8(0x21, 0xff);
    out8(0xa1, 0xff);
    const char *fault = parameters.transport == PCI ? find_pci() : find_mmio();
    if (!fault)
        fault = start();
    if (fault)
        finish(fault);
    prepare();
    u64 capacity = get32(settings) | (u64) get32(settings + 4) << 32;
    first = parameters.first;
    range = parameters.range ? parameters.range : capacity - first;
    state = 0x2545f4914f6cdd1dul * (parameters.seed | 1);
    text("disk: sectors ");
    decimal(capacity);
    text(" queue ");
    decimal(size);
    text(packed ? " packed\n" : " split\n");
    if (parameters.kind >= KINDS || parameters.depth < 1 || parameters.depth > MOST_DEPTH
            || parameters.sectors < 1 || parameters.sectors > DATA_LENGTH / SECTOR
            || parameters.flags & ~(u32) FLAGS || range < parameters.sectors)
        finish("disk: bad parameters\n");
    if (parameters.kind == CHECK)
        check();
    else
        measure();
    if (parameters.flags & INTERRUPTS)
        show_interrupts();
    finish("disk: done\n");
}
