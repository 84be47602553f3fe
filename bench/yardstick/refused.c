// refused.c: what an ioctl of /dev/acrn_hsm costs that is refused at once (a file without a VM). Prints nanoseconds.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <linux/acrn.h>
#include <sys/ioctl.h>
#include <time.h>

enum { CALLS = 2000, SLICES = 15 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *) a, y = *(const double *) b;
    return (x > y) - (x < y);
}

int main(void)
{
    double slices[SLICES];
    int fd = open("/dev/acrn_hsm", O_RDWR | O_CLOEXEC);
    if (fd < 0) {
        perror("/dev/acrn_hsm");
        return 1;
    }
    for (int s = 0; s < SLICES; s++) {
        double begun = now();
        for (int i = 0; i < CALLS; i++)
            if (ioctl(fd, ACRN_IOCTL_DESTROY_VM, 0) == 0)
                return 2;
        slices[s] = (now() - begun) / CALLS;
    }
    qsort(slices, SLICES, sizeof *slices, ascending);
    printf("%.1f\n", slices[SLICES / 2]);
    return 0;
}
