/*
 * What it costs to hand a contended lock from one process to another: a mutex of one futex word in shared memory
 * (Drepper, "Futexes are tricky", mutex2), two processes that take it in turn.
 *
 *     futex_mutex SECONDS [HOLD_NS]
 *
 * Who has the lock keeps it so long that the other one sleeps, and lets it go; it does not want it again before the other
 * one has it. Prints the nanoseconds of one hand-over, without the time for which the lock is kept.
 */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct shared {
    _Alignas(128) atomic_int lock; /* 0 free, 1 held, 2 held and wanted */
    _Alignas(128) atomic_int holder;
};

static struct shared *shared;

static uint64_t now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000ull + time.tv_nsec;
}

static void futex(int operation, int value) {
    syscall(SYS_futex, &shared->lock, operation, value, NULL, NULL, 0);
}

static void lock(void) {
    int was = 0;
    if (atomic_compare_exchange_strong(&shared->lock, &was, 1)) return;
    if (was != 2) was = atomic_exchange(&shared->lock, 2);
    while (was != 0) {
        futex(FUTEX_WAIT, 2);
        was = atomic_exchange(&shared->lock, 2);
    }
}

static void unlock(void) {
    if (atomic_exchange(&shared->lock, 0) == 2) futex(FUTEX_WAKE, 1);
}

static void take_turn(int self, uint64_t hold_ns) {
    lock();
    atomic_store(&shared->holder, self);
    for (uint64_t begun = now_ns(); now_ns() - begun < hold_ns;) continue;
    unlock();
    while (atomic_load(&shared->holder) == self) continue;
}

int main(int count, char **arguments) {
    if (count < 2) {
        fprintf(stderr, "usage: futex_mutex SECONDS [HOLD_NS]\n");
        return 64;
    }
    uint64_t nanos = atof(arguments[1]) * 1e9;
    uint64_t hold_ns = count > 2 ? strtoull(arguments[2], NULL, 10) : 20000;
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        perror("mmap");
        return 1;
    }
    pid_t other = fork();
    if (other < 0) {
        perror("fork");
        return 1;
    }
    if (other == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;) take_turn(2, hold_ns);
    }
    for (int i = 0; i < 100; i++) take_turn(1, hold_ns);
    uint64_t begun = now_ns(), end = begun;
    long rounds = 0;
    while (end - begun < nanos) {
        take_turn(1, hold_ns);
        rounds++;
        end = now_ns();
    }
    kill(other, SIGKILL);
    waitpid(other, NULL, 0);
    /* A round is two hand-overs, and the lock is kept twice. */
    printf("%.1f\n", ((double)(end - begun) / rounds - 2.0 * hold_ns) / 2);
    return 0;
}
