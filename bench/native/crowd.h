/*
 * A crowd: many connections to one server, each of which asks, checks the whole reply, and asks again.
 *
 * It runs without sleeping unless told otherwise. To wake a sleeper on another core takes the server several
 * microseconds of its own CPU time a reply, most of all on a virtual machine; a fast server, which keeps the crowd
 * awake, would not pay that, and a slow one would seem slower than it is.
 */
#ifndef LOOMLET_CROWD_H
#define LOOMLET_CROWD_H

#include "histogram.h"

#include <stdbool.h>
#include <stddef.h>

struct crowd;

struct crowd_plan {
    const char *host;
    int port;
    int connections;
    size_t size; /* of a request and of its reply, in bytes */
    int depth;   /* requests under way on one connection */
    bool sleeps; /* whether to sleep when there is nothing to do, rather than look again and again */
};

struct outcome {
    double seconds;      /* until the last reply */
    double own_cpu;      /* seconds, without those spent looking in vain */
    double idle_cpu;     /* seconds spent looking in vain: if hardly any, not the server but the load is the limit */
    uint64_t requests;   /* replied to, wrong replies included */
    uint64_t errors;     /* connections lost, or given up because a reply never came */
    uint64_t mismatches; /* replies with a wrong byte */
    uint64_t unsent;     /* at a given rate: requests that fell due and were never sent, the server being too slow */
    int alive;           /* connections left */
    struct histogram latency;
};

/* Opens all connections and has one checked reply on each; NULL and a reason if it cannot. */
struct crowd *crowd_open(const struct crowd_plan *plan, const char **reason);

/*
 * Runs for so long, then waits for the replies still due, so that all connections are at rest again. With rate 0 every
 * reply is followed by the next request at once; otherwise requests fall due at that rate (a second, for the whole
 * crowd), connection after connection, and latency counts from when a request was due, sent or not.
 */
void crowd_run(struct crowd *crowd, double seconds, double rate, struct outcome *outcome);

void crowd_close(struct crowd *crowd);

int crowd_size(const struct crowd *crowd);

#endif
