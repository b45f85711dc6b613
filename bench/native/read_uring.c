/*
 * Random reads of a file through io_uring, so many in flight at all times: the reference for greenlets that read files.
 *
 * Each read that completes is replaced at once, and one io_uring_enter hands over all replacements of a turn. The file
 * should be in the page cache; then the kernel completes each read within the call that submits it.
 */
#define _GNU_SOURCE
#include "ring.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

enum { BLOCK = 4096, MOST_IN_FLIGHT = 1024 };

static struct ring ring;
static unsigned char *buffers;
static uint64_t random_state = 88172645463325252u;

/* Marsaglia's xorshift: cheap enough not to be measured. */
static uint64_t next_random(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    return random_state ^= random_state << 17;
}

static double seconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

static void start_read(int fd, uint64_t blocks, uint64_t slot) {
    struct io_uring_sqe *sqe = ring_next(&ring);
    sqe->opcode = IORING_OP_READ;
    sqe->fd = fd;
    sqe->addr = (uint64_t) (uintptr_t) (buffers + slot * BLOCK);
    sqe->len = BLOCK;
    sqe->off = next_random() % blocks * BLOCK;
    sqe->user_data = slot;
}

int main(int argc, char **argv) {
    if (argc != 4) return fprintf(stderr, "usage: read_uring FILE READS IN_FLIGHT\n"), 2;
    int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (fd < 0 || fstat(fd, &status)) return perror(argv[1]), 1;
    uint64_t blocks = (uint64_t) status.st_size / BLOCK;
    long reads = atol(argv[2]);
    unsigned in_flight = (unsigned) atoi(argv[3]);
    if (!blocks || reads < 1 || in_flight < 1 || in_flight > MOST_IN_FLIGHT) {
        return fprintf(stderr, "read_uring: a file of at least one block, and 1 to %d in flight\n", MOST_IN_FLIGHT), 2;
    }
    if (ring_open(&ring, MOST_IN_FLIGHT)) return perror("read_uring: this kernel does not permit io_uring"), 3;
    buffers = aligned_alloc(BLOCK, (size_t) in_flight * BLOCK);
    if (!buffers) return perror("aligned_alloc"), 1;
    double start = seconds(CLOCK_MONOTONIC), used = seconds(CLOCK_PROCESS_CPUTIME_ID);
    long started = 0, done = 0;
    uint64_t sum = 0;
    for (; started < in_flight && started < reads; started++) start_read(fd, blocks, (uint64_t) started);
    while (done < reads) {
        ring_enter(&ring, 1);
        unsigned head = *ring.cq_head, tail = __atomic_load_n(ring.cq_tail, __ATOMIC_ACQUIRE);
        for (; head != tail; head++) {
            const struct io_uring_cqe *cqe = &ring.cqes[head & ring.cq_mask];
            if (cqe->res != BLOCK) return fprintf(stderr, "read_uring: a read gave %d\n", cqe->res), 1;
            sum += buffers[cqe->user_data * BLOCK];
            done++;
            if (started < reads) {
                start_read(fd, blocks, cqe->user_data);
                started++;
            }
        }
        __atomic_store_n(ring.cq_head, head, __ATOMIC_RELEASE);
    }
    used = seconds(CLOCK_PROCESS_CPUTIME_ID) - used;
    start = seconds(CLOCK_MONOTONIC) - start;
    printf("{\"reads\":%ld,\"in_flight\":%u,\"seconds\":%.6f,\"per_second\":%.1f,\"cpu_us\":%.4f,\"sum\":%llu}\n", reads,
           in_flight, start, (double) reads / start, used / (double) reads * 1e6, (unsigned long long) sum);
    return 0;
}
