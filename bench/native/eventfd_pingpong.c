/*
 * What it costs to wake a sleeping thread: two threads, two eventfds, one 8-byte write each way.
 *
 *     eventfd_pingpong [--rounds N] [--pause-us 100] [--wait read|epoll] [--cpus A,B]
 *
 * The round trips follow each other at once. The one-way times are measured apart, with a pause after each reply, in
 * which the receiver falls asleep for good and its core with it; the sender's clock is read just before the write, the
 * receiver's just after its wait returned.
 */
#define _GNU_SOURCE
#include "histogram.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <getopt.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>

struct side {
    int in, out, poller; /* poller: -1 if the thread waits in read */
    int cpu;             /* -1: any */
};

static struct histogram round_trips, one_way;
static uint64_t sent_at; /* the eventfds order its accesses */
static long rounds = 20000;
static long pause_us = 100;

static _Noreturn void die(const char *what) {
    perror(what);
    exit(1);
}

static void pin(int cpu) {
    cpu_set_t set;
    if (cpu < 0) return;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set)) die("sched_setaffinity");
}

static void ring(const struct side *side) {
    uint64_t one = 1;
    if (write(side->out, &one, sizeof one) != sizeof one) die("write");
}

/* Returns the time at which the wait was over. */
static uint64_t await(const struct side *side) {
    uint64_t value, woken = 0;
    if (side->poller >= 0) {
        struct epoll_event event;
        if (epoll_wait(side->poller, &event, 1, -1) != 1) die("epoll_wait");
        woken = now_ns();
    }
    if (read(side->in, &value, sizeof value) != sizeof value) die("read");
    return woken ? woken : now_ns();
}

static void *answer(void *argument) {
    const struct side *side = argument;
    pin(side->cpu);
    for (long i = 0; i < 2 * rounds; i++) {
        uint64_t woken = await(side);
        if (i >= rounds) record(&one_way, woken - sent_at);
        ring(side);
    }
    return NULL;
}

static void ask(const struct side *side) {
    pin(side->cpu);
    for (long i = 0; i < rounds; i++) {
        uint64_t start = now_ns();
        ring(side);
        record(&round_trips, await(side) - start);
    }
    for (long i = 0; i < rounds; i++) {
        struct timespec pause = {pause_us / 1000000, pause_us % 1000000 * 1000};
        nanosleep(&pause, NULL);
        sent_at = now_ns();
        ring(side);
        await(side);
    }
}

static int poller_for(int fd) {
    struct epoll_event event = {.events = EPOLLIN};
    int poller = epoll_create1(EPOLL_CLOEXEC);
    if (poller < 0 || epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event)) die("epoll");
    return poller;
}

static int usage(void) {
    fprintf(stderr, "usage: eventfd_pingpong [--rounds N] [--pause-us N] [--wait read|epoll] [--cpus A,B]\n");
    return 2;
}

int main(int argc, char **argv) {
    static const struct option options[] = {
        {"rounds", required_argument, NULL, 'r'}, {"pause-us", required_argument, NULL, 'p'},
        {"wait", required_argument, NULL, 'w'},   {"cpus", required_argument, NULL, 'c'},
        {NULL, 0, NULL, 0},
    };
    bool polled = false;
    int cpus[2] = {-1, -1};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'r' && (rounds = atol(optarg)) > 0) continue;
        if (option == 'p' && (pause_us = atol(optarg)) >= 0) continue;
        if (option == 'w' && ((polled = !strcmp(optarg, "epoll")) || !strcmp(optarg, "read"))) continue;
        if (option == 'c' && sscanf(optarg, "%d,%d", &cpus[0], &cpus[1]) == 2) continue;
        return usage();
    }
    int there = eventfd(0, EFD_CLOEXEC), back = eventfd(0, EFD_CLOEXEC);
    if (there < 0 || back < 0) die("eventfd");
    struct side sender = {back, there, -1, cpus[0]};
    struct side receiver = {there, back, polled ? poller_for(there) : -1, cpus[1]};
    pthread_t thread;
    prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
    if (pthread_create(&thread, NULL, answer, &receiver)) die("pthread_create");
    ask(&sender);
    pthread_join(thread, NULL);
    printf("{\"wait\":\"%s\",\"rounds\":%ld,\"pause_us\":%ld,\"round_trip_p50_ns\":%.0f,\"round_trip_p99_ns\":%.0f,"
           "\"one_way_p50_ns\":%.0f,\"one_way_p99_ns\":%.0f}\n",
           polled ? "epoll" : "read", rounds, pause_us, quantile(&round_trips, 0.5), quantile(&round_trips, 0.99),
           quantile(&one_way, 0.5), quantile(&one_way, 0.99));
    return 0;
}
