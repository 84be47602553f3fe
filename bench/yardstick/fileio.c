/*
 * fileio.c - what it costs to read and write a file: pread and pwrite in a loop. bench/yardstick/README.md.
 * fileio FILE read|write BYTES COUNT BATCHES SEED prints a line "NANOSECONDS" for each batch, by the request.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static uint64_t state;

static uint64_t next(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state >> 11;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

int main(int count, char **arguments) {
    if (count != 7)
        return 2;
    int writing = strcmp(arguments[2], "write") == 0;
    size_t bytes = strtoul(arguments[3], NULL, 0);
    long requests = strtol(arguments[4], NULL, 0), batches = strtol(arguments[5], NULL, 0);
    state = strtoull(arguments[6], NULL, 0) | 1;
    int file = open(arguments[1], O_RDWR | O_CLOEXEC);
    struct stat about;
    void *buffer;
    if (file < 0 || fstat(file, &about) != 0 || posix_memalign(&buffer, 4096, bytes) != 0)
        return 1;
    memset(buffer, 0x5a, bytes);
    uint64_t places = about.st_size / bytes;
    for (long batch = 0; batch < batches; batch++) {
        double begin = now();
        for (long i = 0; i < requests; i++) {
            off_t place = next() % places * bytes;
            ssize_t done = writing ? pwrite(file, buffer, bytes, place) : pread(file, buffer, bytes, place);
            if (done != (ssize_t) bytes)
                return 1;
        }
        printf("%.1f\n", (now() - begin) / requests);
    }
    return 0;
}
