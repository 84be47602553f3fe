/* minvmm.c - the floor: a KVM VMM in C whose exit handler does nothing. Runs loops.bin.
 * gcc -O2 -Wall -Wextra minvmm.c -o minvmm */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { RAM = 16 << 20, HOLE = 0xa0000, HIGH = 0x100000, LOAD = 0x10000, PAGE = 4096 };

/* parameters of loops.bin, 32 bits each at these offsets */
static const struct { const char *name; unsigned offset; } params[] = {
    { "--kind", 0x18 }, { "--count", 0x1c }, { "--batches", 0x20 }, { "--port", 0x24 },
    { "--index", 0x28 }, { "--data", 0x2c }, { "--value", 0x30 }, { "--mmio", 0x34 },
};
enum { NPARAMS = sizeof params / sizeof *params };

static void die(const char *what)
{
    perror(what);
    exit(2);
}

static int need(int rc, const char *what)
{
    if (rc < 0)
        die(what);
    return rc;
}

static uint64_t nanos(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void ram(int vm, uint32_t slot, uint8_t *mem, uint64_t from, uint64_t to)
{
    struct kvm_userspace_memory_region r = { .slot = slot, .guest_phys_addr = from,
        .memory_size = to - from, .userspace_addr = (uintptr_t)(mem + from) };
    need(ioctl(vm, KVM_SET_USER_MEMORY_REGION, &r), "KVM_SET_USER_MEMORY_REGION");
}

static int usage(void)
{
    fputs("usage: minvmm [--no-irqchip] [--coalesce PORT] [--stats]", stderr);
    for (int i = 0; i < NPARAMS; i++)
        fprintf(stderr, " [%s N]", params[i].name);
    fputs(" IMAGE\n", stderr);
    return 2;
}

int main(int argc, char **argv)
{
    int irqchip = 1, stats = 0, i;
    long coalesce = -1;
    const char *image = NULL;
    uint32_t value[NPARAMS];
    int given[NPARAMS] = { 0 };

    for (i = 1; i < argc; i++) {
        int p = 0;
        if (!strcmp(argv[i], "--no-irqchip")) { irqchip = 0; continue; }
        if (!strcmp(argv[i], "--stats")) { stats = 1; continue; }
        if (argv[i][0] != '-' && !image) { image = argv[i]; continue; }
        while (p < NPARAMS && strcmp(argv[i], params[p].name))
            p++;
        if (i + 1 == argc || (p == NPARAMS && strcmp(argv[i], "--coalesce")))
            return usage();
        unsigned long n = strtoul(argv[++i], NULL, 0);
        if (p == NPARAMS) {
            coalesce = (long)n;
        } else {
            value[p] = (uint32_t)n;
            given[p] = 1;
        }
    }
    if (!image)
        return usage();

    int kvm = need(open("/dev/kvm", O_RDWR | O_CLOEXEC), "/dev/kvm");
    int vm = need(ioctl(kvm, KVM_CREATE_VM, 0), "KVM_CREATE_VM");
    need(ioctl(vm, KVM_SET_TSS_ADDR, 0xfffbd000ul), "KVM_SET_TSS_ADDR");
    if (irqchip) {
        struct kvm_pit_config pit = { .flags = 0 };
        need(ioctl(vm, KVM_CREATE_IRQCHIP, 0), "KVM_CREATE_IRQCHIP");
        need(ioctl(vm, KVM_CREATE_PIT2, &pit), "KVM_CREATE_PIT2");
    }
    uint8_t *mem = mmap(NULL, RAM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (mem == MAP_FAILED)
        die("mmap of the RAM");
    ram(vm, 0, mem, 0, HOLE);
    ram(vm, 1, mem, HIGH, RAM);
    int fd = need(open(image, O_RDONLY), image);
    need((int)read(fd, mem + LOAD, HOLE - LOAD), image);
    close(fd);
    for (i = 0; i < NPARAMS; i++)
        if (given[i])
            memcpy(mem + LOAD + params[i].offset, &value[i], 4);
    if (coalesce >= 0) {
        struct kvm_coalesced_mmio_zone zone = { .addr = (uint64_t)coalesce, .size = 1, .pio = 1 };
        need(ioctl(vm, KVM_REGISTER_COALESCED_MMIO, &zone), "KVM_REGISTER_COALESCED_MMIO");
    }

    int cpu = need(ioctl(vm, KVM_CREATE_VCPU, 0), "KVM_CREATE_VCPU");
    struct kvm_cpuid2 *id = calloc(1, sizeof *id + 256 * sizeof id->entries[0]);
    if (!id)
        die("calloc");
    id->nent = 256;
    need(ioctl(kvm, KVM_GET_SUPPORTED_CPUID, id), "KVM_GET_SUPPORTED_CPUID");
    need(ioctl(cpu, KVM_SET_CPUID2, id), "KVM_SET_CPUID2");
    size_t size = (size_t)need(ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0), "KVM_GET_VCPU_MMAP_SIZE");
    struct kvm_run *run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, cpu, 0);
    if (run == MAP_FAILED)
        die("mmap of kvm_run");
    struct kvm_sregs sregs;
    need(ioctl(cpu, KVM_GET_SREGS, &sregs), "KVM_GET_SREGS");
    sregs.cs.base = LOAD;
    sregs.cs.selector = LOAD >> 4;
    need(ioctl(cpu, KVM_SET_SREGS, &sregs), "KVM_SET_SREGS");
    struct kvm_regs regs = { .rip = 0, .rflags = 2 };
    need(ioctl(cpu, KVM_SET_REGS, &regs), "KVM_SET_REGS");

    struct kvm_coalesced_mmio_ring *ring = NULL;
    const uint32_t slots = (PAGE - sizeof *ring) / sizeof(struct kvm_coalesced_mmio);
    if (coalesce >= 0)
        ring = (void *)((char *)run + PAGE * need(ioctl(kvm, KVM_CHECK_EXTENSION, KVM_CAP_COALESCED_MMIO), "coalesced"));
    uint64_t exits = 0, begin = 0, begin_exits = 0, drained = 0;

    for (;;) {
        if (ioctl(cpu, KVM_RUN, 0) < 0) {
            if (errno == EINTR || errno == EAGAIN)
                continue;
            die("KVM_RUN");
        }
        exits++;
        if (ring)
            while (ring->first != __atomic_load_n(&ring->last, __ATOMIC_ACQUIRE)) {
                __atomic_store_n(&ring->first, (ring->first + 1) % slots, __ATOMIC_RELEASE);
                drained++;
            }
        if (run->exit_reason == KVM_EXIT_MMIO) {
            if (!run->mmio.is_write)
                memset(run->mmio.data, 0xff, 8);
            continue;
        }
        if (run->exit_reason != KVM_EXIT_IO) {
            fflush(stdout);
            fprintf(stderr, "minvmm: exit %u\n", run->exit_reason);
            return 3;
        }
        uint8_t *data = (uint8_t *)run + run->io.data_offset;
        if (run->io.direction == KVM_EXIT_IO_IN) {
            memset(data, run->io.port == 0x3fd ? 0x60 : 0xff, run->io.size * run->io.count);
            continue;
        }
        switch (run->io.port) {
        case 0x3f8:                                 /* what the guest says; CR is dropped */
            if (*data != '\r' && putchar(*data) == '\n')
                fflush(stdout);
            break;
        case 0x5f0:                                 /* markers around a batch */
            begin_exits = exits;
            begin = nanos();
            break;
        case 0x5f1:
            if (stats)
                fprintf(stderr, "# %llu ns, %llu exits\n", (unsigned long long)(nanos() - begin),
                        (unsigned long long)(exits - begin_exits - 1));
            break;
        case 0xf4:
            if (stats)
                fprintf(stderr, "# %llu exits in all, %llu coalesced writes\n",
                        (unsigned long long)exits, (unsigned long long)drained);
            return 0;
        }
    }
}
