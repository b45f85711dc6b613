/* Counts of durations in buckets of 1/128 of a power of two: at most 0.8 % of error from 1 ns to 18 minutes. */
#ifndef LOOMLET_HISTOGRAM_H
#define LOOMLET_HISTOGRAM_H

#include <stdint.h>
#include <time.h>

enum { PART_BITS = 7, PARTS = 1 << PART_BITS, TOP_BITS = 40, BUCKETS = (TOP_BITS - PART_BITS + 1) * PARTS };

struct histogram {
    uint64_t count, max;
    uint64_t buckets[BUCKETS];
};

static inline uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t) t.tv_sec * 1000000000u + (uint64_t) t.tv_nsec;
}

/* Row 0 holds the values below 128 one by one; row r those of 7 + r bits, by their upper 8 bits. */
static inline unsigned bucket_of(uint64_t ns) {
    if (ns < PARTS) return (unsigned) ns;
    if (ns >> TOP_BITS) return BUCKETS - 1;
    unsigned shift = 63 - (unsigned) __builtin_clzll(ns) - PART_BITS;
    return (shift + 1) * PARTS + (unsigned) (ns >> shift) - PARTS;
}

static inline double middle_of(unsigned bucket) {
    if (bucket < PARTS) return bucket;
    unsigned shift = bucket / PARTS - 1;
    return ((double) (bucket % PARTS + PARTS) + 0.5) * (double) (1ull << shift);
}

static inline void record(struct histogram *h, uint64_t ns) {
    h->count++;
    h->buckets[bucket_of(ns)]++;
    if (ns > h->max) h->max = ns;
}

/* The value below or at which the given share (0 to 1) of all lies. */
static inline double quantile(const struct histogram *h, double share) {
    uint64_t below = 0;
    for (unsigned i = 0; i < BUCKETS; i++) {
        below += h->buckets[i];
        if (below && (double) below >= share * (double) h->count) {
            return middle_of(i) < (double) h->max ? middle_of(i) : (double) h->max;
        }
    }
    return (double) h->max;
}

#endif
