/* io_uring by its three system calls alone: the two rings, and a group of buffers from which the kernel takes. */
#ifndef LOOMLET_RING_H
#define LOOMLET_RING_H

#include <errno.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Kernel headers older than 6.1 lack some of these, and enumerators cannot be asked for: so, our own names. */
enum {
    SETUP_CQSIZE = 1 << 3,
    SETUP_CLAMP = 1 << 4,
    SETUP_SUBMIT_ALL = 1 << 7,
    SETUP_COOP_TASKRUN = 1 << 8,
    SETUP_SINGLE_ISSUER = 1 << 12,
    SETUP_DEFER_TASKRUN = 1 << 13,
    REGISTER_FILES = 2,
    REGISTER_RING = 20,
    REGISTER_BUFFER_RING = 22,
    ENTER_REGISTERED = 1 << 4,
    ACCEPT_MULTISHOT = 1 << 0, /* of ioprio */
    RECV_MULTISHOT = 1 << 1,   /* of ioprio */
    CQE_HAS_BUFFER = 1 << 0,
    CQE_HAS_MORE = 1 << 1,
    CQE_BUFFER_SHIFT = 16
};
#define ANY_SLOT UINT32_MAX /* of file_index: any free one of the ring's own table of files */

struct ring {
    int fd;
    unsigned registered; /* what io_uring_enter takes instead, saving a look at the table of files */
    unsigned *sq_head, *sq_tail, sq_size, tail, submitted;
    unsigned *cq_head, *cq_tail, cq_mask;
    struct io_uring_sqe *sqes;
    struct io_uring_cqe *cqes;
};

static inline int ring_setup(unsigned size, unsigned flags, struct io_uring_params *params) {
    *params = (struct io_uring_params){.flags = flags | SETUP_CQSIZE | SETUP_CLAMP, .cq_entries = 4 * size};
    return (int) syscall(__NR_io_uring_setup, size, params);
}

/* Returns 0, or -1 with errno if the kernel has no io_uring for us. */
static inline int ring_open(struct ring *ring, unsigned size) {
    struct io_uring_params p;
    unsigned best = SETUP_SUBMIT_ALL | SETUP_COOP_TASKRUN | SETUP_SINGLE_ISSUER | SETUP_DEFER_TASKRUN;
    ring->fd = ring_setup(size, best, &p);
    if (ring->fd < 0 && errno == EINVAL) ring->fd = ring_setup(size, 0, &p);
    if (ring->fd < 0) return -1;
    if (!(p.features & IORING_FEAT_SINGLE_MMAP) || !(p.features & IORING_FEAT_NODROP)) return errno = ENOSYS, -1;
    size_t sq_bytes = p.sq_off.array + p.sq_entries * sizeof(unsigned);
    size_t cq_bytes = p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe);
    size_t sqe_bytes = p.sq_entries * sizeof(struct io_uring_sqe);
    int protection = PROT_READ | PROT_WRITE, kind = MAP_SHARED | MAP_POPULATE;
    char *rings = mmap(NULL, sq_bytes > cq_bytes ? sq_bytes : cq_bytes, protection, kind, ring->fd, IORING_OFF_SQ_RING);
    void *sqes = mmap(NULL, sqe_bytes, protection, kind, ring->fd, IORING_OFF_SQES);
    if (rings == MAP_FAILED || sqes == MAP_FAILED) return -1;
    ring->sq_head = (unsigned *) (rings + p.sq_off.head);
    ring->sq_tail = (unsigned *) (rings + p.sq_off.tail);
    ring->sq_size = p.sq_entries;
    ring->tail = ring->submitted = *ring->sq_tail;
    ring->cq_head = (unsigned *) (rings + p.cq_off.head);
    ring->cq_tail = (unsigned *) (rings + p.cq_off.tail);
    ring->cq_mask = p.cq_entries - 1;
    ring->sqes = sqes;
    ring->cqes = (struct io_uring_cqe *) (rings + p.cq_off.cqes);
    unsigned *order = (unsigned *) (rings + p.sq_off.array);
    for (unsigned i = 0; i < p.sq_entries; i++) order[i] = i;
    struct io_uring_rsrc_update update = {.offset = UINT32_MAX, .data = (uint64_t) ring->fd};
    if (syscall(__NR_io_uring_register, ring->fd, REGISTER_RING, &update, 1) != 1) return -1;
    ring->registered = update.offset;
    return 0;
}

/* Makes the ring's own table of files. */
static inline int ring_slots(struct ring *ring, unsigned count) {
    int *none = malloc(count * sizeof *none);
    if (!none) return -1;
    for (unsigned i = 0; i < count; i++) none[i] = -1;
    long result = syscall(__NR_io_uring_register, ring->fd, REGISTER_FILES, none, count);
    free(none);
    return result < 0 ? -1 : 0;
}

/* Submits all that is prepared and waits for so many completions. */
static inline void ring_enter(struct ring *ring, unsigned wait) {
    __atomic_store_n(ring->sq_tail, ring->tail, __ATOMIC_RELEASE);
    unsigned pending = ring->tail - ring->submitted;
    unsigned flags = IORING_ENTER_GETEVENTS | ENTER_REGISTERED;
    long done = syscall(__NR_io_uring_enter, ring->registered, pending, wait, flags, NULL, 0);
    if (done >= 0) {
        ring->submitted += (unsigned) done;
    } else if (errno != EINTR && errno != EAGAIN && errno != EBUSY) {
        perror("io_uring_enter");
        exit(1);
    }
}

/* An empty submission; the caller fills it before it asks for the next. */
static inline struct io_uring_sqe *ring_next(struct ring *ring) {
    while (ring->tail - ring->submitted == ring->sq_size) ring_enter(ring, 0);
    struct io_uring_sqe *sqe = &ring->sqes[ring->tail++ & (ring->sq_size - 1)];
    memset(sqe, 0, sizeof *sqe);
    return sqe;
}

struct buffer_slot {
    uint64_t address;
    uint32_t length;
    uint16_t id;
    uint16_t tail; /* of slot 0: the tail of the whole ring; of no meaning in the others */
};

/*
 * Buffers for the kernel to receive into. Most of them lie on a stack: the kernel has only so many at a time as its
 * ring holds, and goes round in these, so that few of them, and hot ones, serve as long as nobody keeps them.
 */
struct buffer_group {
    struct buffer_slot *ring;
    unsigned ring_size, given; /* buffers which the kernel has */
    uint16_t tail;
    uint16_t *stack;
    unsigned stacked;
    unsigned char *memory;
    unsigned length, stride;
};

static inline unsigned char *buffer_at(const struct buffer_group *group, unsigned id) {
    return group->memory + (size_t) id * group->stride;
}

/* To be called for each buffer that comes with a completion, and when it is done with. */
static inline void buffer_taken(struct buffer_group *group) { group->given--; }
static inline void buffer_return(struct buffer_group *group, uint16_t id) { group->stack[group->stacked++] = id; }

static inline void buffers_give(struct buffer_group *group) {
    while (group->stacked && group->given < group->ring_size) {
        uint16_t id = group->stack[--group->stacked];
        struct buffer_slot *slot = &group->ring[group->tail++ & (group->ring_size - 1)];
        slot->address = (uint64_t) (uintptr_t) buffer_at(group, id);
        slot->length = group->length;
        slot->id = id;
        group->given++;
    }
    __atomic_store_n(&group->ring[0].tail, group->tail, __ATOMIC_RELEASE);
}

/* Makes group 0 of the ring. The stride keeps the first lines of the buffers from sharing one set of the cache. */
static inline int buffers_open(struct ring *ring, struct buffer_group *group, unsigned count, unsigned length,
                               unsigned at_once) {
    struct {
        uint64_t address;
        uint32_t entries;
        uint16_t group, flags;
        uint64_t reserved[3];
    } registration = {.entries = at_once};
    int protection = PROT_READ | PROT_WRITE, kind = MAP_PRIVATE | MAP_ANONYMOUS;
    *group = (struct buffer_group){.ring_size = at_once, .length = length, .stride = length + 64};
    group->ring = mmap(NULL, at_once * sizeof(struct buffer_slot), protection, kind, -1, 0);
    group->memory = mmap(NULL, (size_t) count * group->stride, protection, kind, -1, 0);
    group->stack = malloc(count * sizeof *group->stack);
    if (group->ring == MAP_FAILED || group->memory == MAP_FAILED || !group->stack) return -1;
    registration.address = (uint64_t) (uintptr_t) group->ring;
    if (syscall(__NR_io_uring_register, ring->fd, REGISTER_BUFFER_RING, &registration, 1) < 0) return -1;
    while (count) buffer_return(group, (uint16_t) --count);
    buffers_give(group);
    return 0;
}

#endif
