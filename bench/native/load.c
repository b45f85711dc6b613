/*
 * Load for upper-casing echo servers. Either one server, once:
 *
 *     load --port 7000 --connections 1000 --seconds 5
 *
 * or many servers in turn, by commands on standard input (`--control`), one line of JSON for each: every server's
 * connections stay open meanwhile, so that a visit costs nothing but itself.
 *
 *     open NAME PORT CONNECTIONS
 *     run NAME SECONDS [RATE]
 *     close NAME
 *     quit
 */
#include "crowd.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

enum { TARGETS = 64, NAME = 64 };

struct target {
    char name[NAME];
    struct crowd *crowd;
};

static struct target targets[TARGETS];
static struct outcome outcome;

static double micros(double share) { return quantile(&outcome.latency, share) / 1e3; }

static double per_second(void) { return outcome.seconds > 0 ? (double) outcome.requests / outcome.seconds : 0; }

static double own_cpu(void) { return outcome.requests ? outcome.own_cpu * 1e6 / (double) outcome.requests : 0; }

static double idle_share(void) {
    double all = outcome.own_cpu + outcome.idle_cpu;
    return all > 0 ? outcome.idle_cpu / all : 0;
}

static void print_json(const char *name, const struct crowd_plan *plan, double rate) {
    printf("{\"name\":\"%s\",\"connections\":%d,\"alive\":%d,\"size\":%zu,\"depth\":%d,\"rate\":%.0f,", name,
           plan->connections, outcome.alive, plan->size, plan->depth, rate);
    printf("\"seconds\":%.6f,\"requests\":%llu,\"errors\":%llu,\"mismatches\":%llu,\"unsent\":%llu,", outcome.seconds,
           (unsigned long long) outcome.requests, (unsigned long long) outcome.errors,
           (unsigned long long) outcome.mismatches, (unsigned long long) outcome.unsent);
    printf("\"throughput\":%.1f,\"p50_us\":%.2f,\"p90_us\":%.2f,\"p99_us\":%.2f,\"p99_9_us\":%.2f,\"max_us\":%.2f,",
           per_second(), micros(0.5), micros(0.9), micros(0.99), micros(0.999), (double) outcome.latency.max / 1e3);
    printf("\"loader_cpu_us\":%.3f,\"loader_idle\":%.3f}\n", own_cpu(), idle_share());
}

static void print_table(const struct crowd_plan *plan) {
    printf("%11s %10s %7s %10s %10s %9s %9s %9s %9s %9s %10s %5s\n", "connections", "requests", "errors", "mismatches",
           "req/s", "p50 us", "p90 us", "p99 us", "p99.9 us", "max us", "loader us", "idle");
    printf("%11d %10llu %7llu %10llu %10.0f %9.1f %9.1f %9.1f %9.1f %9.1f %10.2f %5.2f\n", plan->connections,
           (unsigned long long) outcome.requests, (unsigned long long) outcome.errors,
           (unsigned long long) outcome.mismatches, per_second(), micros(0.5), micros(0.9), micros(0.99),
           micros(0.999), (double) outcome.latency.max / 1e3, own_cpu(), idle_share());
}

static struct target *find(const char *name) {
    for (int i = 0; i < TARGETS; i++) {
        if (strcmp(targets[i].name, name) == 0) return &targets[i];
    }
    return NULL;
}

static bool is_name(const char *text) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-";
    return text[0] && strspn(text, letters) == strlen(text);
}

static const char *open_target(const char *name, struct crowd_plan *plan) {
    const char *reason = NULL;
    struct target *target = find("");
    if (!is_name(name)) return "a name is made of letters, digits and . _ + -";
    if (find(name)) return "this name is open already";
    if (!target) return "too many targets";
    if (plan->port < 1 || plan->port > 65535 || plan->connections < 1) return "no such port or number of connections";
    target->crowd = crowd_open(plan, &reason);
    if (!target->crowd) return reason;
    snprintf(target->name, sizeof target->name, "%s", name);
    printf("{\"open\":\"%s\",\"connections\":%d}\n", name, plan->connections);
    return NULL;
}

static const char *run_target(const char *name, struct crowd_plan *plan, double seconds, double rate) {
    struct target *target = is_name(name) ? find(name) : NULL;
    if (!target) return "no such name";
    crowd_run(target->crowd, seconds, rate, &outcome);
    plan->connections = crowd_size(target->crowd);
    print_json(name, plan, rate);
    return NULL;
}

static const char *close_target(const char *name) {
    struct target *target = is_name(name) ? find(name) : NULL;
    if (!target) return "no such name";
    crowd_close(target->crowd);
    *target = (struct target){0};
    printf("{\"close\":\"%s\"}\n", name);
    return NULL;
}

/* Each command is answered by exactly one line, so that a harness can write one, then read one. */
static void control(struct crowd_plan plan) {
    char line[256], name[NAME];
    while (fgets(line, sizeof line, stdin)) {
        const char *failure = NULL;
        double seconds, rate = 0;
        if (sscanf(line, "open %63s %d %d", name, &plan.port, &plan.connections) == 3) {
            failure = open_target(name, &plan);
        } else if (sscanf(line, "run %63s %lf %lf", name, &seconds, &rate) >= 2) {
            failure = run_target(name, &plan, seconds, rate);
        } else if (sscanf(line, "close %63s", name) == 1) {
            failure = close_target(name);
        } else if (strcmp(line, "quit\n") == 0) {
            return;
        } else {
            failure = "open NAME PORT CONNECTIONS | run NAME SECONDS [RATE] | close NAME | quit";
        }
        if (failure) printf("{\"error\":\"%s\"}\n", failure);
        fflush(stdout);
    }
}

/* As many as the kernel lets us: root may go beyond the hard limit, and 20 servers of 10,000 connections need it. */
static void raise_open_files(void) {
    struct rlimit limit = {1 << 20, 1 << 20};
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0 || getrlimit(RLIMIT_NOFILE, &limit)) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static int usage(void) {
    fprintf(stderr,
            "usage: load --port P [--host 127.0.0.1] --connections N [--size 64] [--depth 1] [--seconds 5]\n"
            "            [--warmup 0] [--rate REQUESTS_PER_SECOND] [--sleep] [--json]\n"
            "       load --control [--host 127.0.0.1] [--size 64] [--depth 1] [--sleep]\n");
    return 2;
}

int main(int argc, char **argv) {
    static const struct option options[] = {
        {"port", required_argument, NULL, 'p'},   {"host", required_argument, NULL, 'h'},
        {"size", required_argument, NULL, 's'},   {"connections", required_argument, NULL, 'c'},
        {"depth", required_argument, NULL, 'd'},  {"seconds", required_argument, NULL, 't'},
        {"warmup", required_argument, NULL, 'w'}, {"rate", required_argument, NULL, 'r'},
        {"json", no_argument, NULL, 'j'},         {"control", no_argument, NULL, 'C'},
        {"sleep", no_argument, NULL, 'S'},
        {NULL, 0, NULL, 0},
    };
    struct crowd_plan plan = {.host = "127.0.0.1", .size = 64, .depth = 1};
    double seconds = 5, warmup = 0, rate = 0;
    bool json = false, controlled = false;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (option) {
            case 'p': plan.port = atoi(optarg); break;
            case 'h': plan.host = optarg; break;
            case 's': plan.size = strtoul(optarg, NULL, 10); break;
            case 'c': plan.connections = atoi(optarg); break;
            case 'd': plan.depth = atoi(optarg); break;
            case 't': seconds = atof(optarg); break;
            case 'w': warmup = atof(optarg); break;
            case 'r': rate = atof(optarg); break;
            case 'j': json = true; break;
            case 'C': controlled = true; break;
            case 'S': plan.sleeps = true; break;
            default: return usage();
        }
    }
    if (optind != argc || plan.size < 1 || plan.size > 1 << 26) return usage();
    if (plan.depth < 1 || plan.depth > 1 << 16) return usage();
    raise_open_files();
    prctl(PR_SET_TIMERSLACK, 1000, 0, 0, 0); /* a rate is kept by timed waits */
    if (controlled) return control(plan), 0;
    if (plan.port < 1 || plan.port > 65535 || plan.connections < 1) return usage();
    const char *reason;
    struct crowd *crowd = crowd_open(&plan, &reason);
    if (!crowd) return fprintf(stderr, "load: %s\n", reason), 1;
    if (warmup > 0) crowd_run(crowd, warmup, rate, &outcome);
    crowd_run(crowd, seconds, rate, &outcome);
    if (json) print_json("load", &plan, rate);
    else print_table(&plan);
    crowd_close(crowd);
    return outcome.errors || outcome.mismatches;
}
