#define _GNU_SOURCE
#include "crowd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define SECOND UINT64_C(1000000000)
/* How long to go on without a new connection, and without the replies due at the end of a run. */
#define OPEN_PATIENCE (5 * SECOND)
#define REPLY_PATIENCE (10 * SECOND)

enum {
    EVENTS = 512,
    OPENING_AT_ONCE = 256,     /* well below a server's backlog: a full one costs a second */
    PORTS_PER_ADDRESS = 20000, /* of the 28,000 that are usual */
    TEXT_PERIOD = 1 << 13,
    IOVECS = 64
};

struct connection {
    int fd;             /* -1: lost */
    bool wrong;         /* a byte of the reply being read was wrong */
    uint32_t begun;     /* requests */
    uint32_t sending;   /* the request of which `sent` bytes are sent */
    uint32_t answered;  /* the request of whose reply `got` bytes are here */
    size_t sent, got;
};

struct crowd {
    struct crowd_plan plan;
    struct sockaddr_in server;
    struct connection *connections;
    uint64_t *started; /* when, for each connection's requests under way */
    unsigned char *text, *text_upper;
    int poller, alive, busy, next_address;
    uint32_t share;  /* requests that each connection may begin */
    double interval; /* ns between the due times of one connection's requests; 0: each as soon as it may */
    uint64_t start;
    struct outcome *outcome;
};

static unsigned char buffer[1 << 16];

/* Requests of one connection, and of neighbours, start at different places of a text without pattern. */
static size_t place(size_t connection, uint32_t request) {
    return (connection * 1021 + (size_t) request * 2741) % TEXT_PERIOD;
}

static bool write_text(struct crowd *crowd) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz0123456789 .";
    size_t length = TEXT_PERIOD + crowd->plan.size;
    uint32_t random = 2463534242u;
    crowd->text = malloc(length);
    crowd->text_upper = malloc(length);
    if (!crowd->text || !crowd->text_upper) return false;
    for (size_t i = 0; i < length; i++) {
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        unsigned char c = (unsigned char) letters[random >> 26];
        crowd->text[i] = c;
        crowd->text_upper[i] = (unsigned char) (c >= 'a' ? c - 32 : c);
    }
    return true;
}

static uint64_t due(const struct crowd *crowd, size_t connection, uint32_t request) {
    return crowd->start + (uint64_t) (crowd->interval * ((double) connection / crowd->plan.connections + request));
}

static void lose(struct crowd *crowd, struct connection *c) {
    if (c->begun != c->answered) crowd->busy--;
    close(c->fd);
    c->fd = -1;
    crowd->alive--;
    crowd->outcome->errors++;
}

static void begin(struct crowd *crowd, struct connection *c, uint64_t now) {
    size_t i = (size_t) (c - crowd->connections);
    uint32_t depth = (uint32_t) crowd->plan.depth;
    while (c->begun - c->answered < depth && c->begun < crowd->share) {
        uint64_t start = crowd->interval > 0 ? due(crowd, i, c->begun) : now;
        if (start > now) return;
        if (c->begun == c->answered) crowd->busy++;
        crowd->started[i * depth + (depth == 1 ? 0 : c->begun % depth)] = start;
        c->begun++;
    }
}

/* Sends what has begun, several requests by one call if there are; false on an error. */
static bool push(struct crowd *crowd, struct connection *c) {
    size_t i = (size_t) (c - crowd->connections), size = crowd->plan.size;
    while (c->sending != c->begun) {
        struct iovec parts[IOVECS];
        size_t total = 0;
        int count = 0;
        for (uint32_t r = c->sending; r != c->begun && count < IOVECS; r++, count++) {
            size_t skip = count ? 0 : c->sent;
            parts[count] = (struct iovec){crowd->text + place(i, r) + skip, size - skip};
            total += size - skip;
        }
        struct msghdr message = {.msg_iov = parts, .msg_iovlen = (size_t) count};
        ssize_t sent = count == 1 ? send(c->fd, parts[0].iov_base, total, MSG_NOSIGNAL)
                                  : sendmsg(c->fd, &message, MSG_NOSIGNAL);
        if (sent < 0) return errno == EAGAIN;
        if ((size_t) sent == total) {
            c->sending += (uint32_t) count;
            c->sent = 0;
        } else {
            c->sent += (size_t) sent;
            c->sending += (uint32_t) (c->sent / size);
            c->sent %= size;
        }
    }
    return true;
}

static void check(struct crowd *crowd, struct connection *c, size_t count, uint64_t now) {
    size_t i = (size_t) (c - crowd->connections), size = crowd->plan.size;
    uint32_t depth = (uint32_t) crowd->plan.depth;
    for (const unsigned char *at = buffer; count;) {
        if (c->answered == c->begun) { /* more than was asked for */
            crowd->outcome->mismatches++;
            return;
        }
        size_t take = count < size - c->got ? count : size - c->got;
        if (memcmp(at, crowd->text_upper + place(i, c->answered) + c->got, take)) c->wrong = true;
        at += take;
        count -= take;
        c->got += take;
        if (c->got < size) return;
        record(&crowd->outcome->latency, now - crowd->started[i * depth + (depth == 1 ? 0 : c->answered % depth)]);
        crowd->outcome->mismatches += c->wrong;
        c->wrong = false;
        c->got = 0;
        c->answered++;
        if (c->answered == c->begun) crowd->busy--;
    }
}

/* Reads all there is, and goes on asking; false if the connection failed. */
static bool serve(struct crowd *crowd, struct connection *c, uint32_t events, uint64_t *now) {
    while (events & (EPOLLIN | EPOLLRDHUP | EPOLLERR | EPOLLHUP)) {
        ssize_t count = recv(c->fd, buffer, sizeof buffer, 0);
        if (count == 0) return false;
        if (count < 0) {
            if (errno != EAGAIN) return false;
            break;
        }
        *now = now_ns();
        check(crowd, c, (size_t) count, *now);
        if ((size_t) count < sizeof buffer && !(events & EPOLLRDHUP)) break;
    }
    begin(crowd, c, *now);
    return push(crowd, c);
}

/* Starts to connect; false, with errno, if that is not possible now. */
static bool start_connect(struct crowd *crowd, struct connection *c) {
    int on = 1, i = (int) (c - crowd->connections);
    int address = i / PORTS_PER_ADDRESS + crowd->next_address;
    *c = (struct connection){.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (c->fd < 0) return false;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (address > 0 && ntohl(crowd->server.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET) {
        struct sockaddr_in from = {.sin_family = AF_INET};
        from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + (uint32_t) address);
        setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
        if (bind(c->fd, (struct sockaddr *) &from, sizeof from)) return false;
    }
    if (connect(c->fd, (struct sockaddr *) &crowd->server, sizeof crowd->server) && errno != EINPROGRESS) {
        if (errno == EADDRNOTAVAIL) crowd->next_address = (crowd->next_address + 1) % 200;
        return false;
    }
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.u32 = (uint32_t) i};
    return epoll_ctl(crowd->poller, EPOLL_CTL_ADD, c->fd, &event) == 0;
}

static bool fatal(int error) { return error == EMFILE || error == ENFILE || error == ENOMEM || error == EACCES; }

/* A few connections at a time, each of which makes room for the next by its first reply. */
static const char *open_all(struct crowd *crowd) {
    int next = 0, again_count = 0, *again = calloc((size_t) crowd->plan.connections, sizeof *again);
    int opening = 0;
    uint64_t now = now_ns(), end = now + OPEN_PATIENCE;
    const char *reason = again ? NULL : "out of memory";
    while (!reason && crowd->alive < crowd->plan.connections) {
        while (opening < OPENING_AT_ONCE && (again_count || next < crowd->plan.connections)) {
            int i = again_count ? again[--again_count] : next++;
            if (start_connect(crowd, &crowd->connections[i])) {
                opening++;
                continue;
            }
            if (fatal(errno)) reason = strerror(errno);
            if (crowd->connections[i].fd >= 0) close(crowd->connections[i].fd);
            crowd->connections[i].fd = -1;
            again[again_count++] = i;
            usleep(1000);
            break;
        }
        struct epoll_event events[EVENTS];
        int count = epoll_wait(crowd->poller, events, EVENTS, 20);
        now = now_ns();
        for (int e = 0; e < count; e++) {
            struct connection *c = &crowd->connections[events[e].data.u32];
            bool open = c->answered;
            if (serve(crowd, c, events[e].events, &now)) {
                if (!c->answered || open) continue;
                crowd->alive++;
                opening--;
                end = now + OPEN_PATIENCE;
                continue;
            }
            if (c->begun != c->answered) crowd->busy--;
            *(open ? &crowd->alive : &opening) -= 1;
            close(c->fd);
            c->fd = -1;
            again[again_count++] = (int) events[e].data.u32;
            usleep(1000);
        }
        if (!reason && now > end) reason = "not all connections could be opened in time";
    }
    free(again);
    if (!reason && crowd->outcome->mismatches) reason = "wrong replies";
    return reason;
}

struct crowd *crowd_open(const struct crowd_plan *plan, const char **reason) {
    struct crowd *crowd = calloc(1, sizeof *crowd);
    struct outcome *greetings = calloc(1, sizeof *greetings);
    if (!crowd || !greetings) abort();
    crowd->plan = *plan;
    crowd->server = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t) plan->port)};
    crowd->connections = calloc((size_t) plan->connections, sizeof *crowd->connections);
    crowd->started = calloc((size_t) plan->connections * (size_t) plan->depth, sizeof *crowd->started);
    crowd->poller = epoll_create1(EPOLL_CLOEXEC);
    crowd->outcome = greetings;
    crowd->share = 1;
    for (int i = 0; crowd->connections && i < plan->connections; i++) crowd->connections[i].fd = -1;
    if (inet_pton(AF_INET, plan->host, &crowd->server.sin_addr) != 1) *reason = "not an IPv4 address";
    else if (!crowd->connections || !crowd->started || !write_text(crowd)) *reason = "out of memory";
    else *reason = open_all(crowd);
    free(greetings);
    if (!*reason) return crowd;
    crowd_close(crowd);
    return NULL;
}

/* Asks on every connection whose turn has come; returns the first slot of the schedule still to come. */
static uint64_t ask_due(struct crowd *crowd, uint64_t slot, uint64_t now) {
    size_t all = (size_t) crowd->plan.connections;
    for (; due(crowd, slot % all, (uint32_t) (slot / all)) <= now; slot++) {
        struct connection *c = &crowd->connections[slot % all];
        if (c->fd < 0) continue;
        begin(crowd, c, now);
        if (!push(crowd, c)) lose(crowd, c);
    }
    return slot;
}

static void rest(struct crowd *crowd) {
    for (int i = 0; i < crowd->plan.connections; i++) {
        struct connection *c = &crowd->connections[i];
        c->begun = c->sending = c->answered = 0;
    }
}

static double cpu_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double) t.tv_sec + (double) t.tv_nsec / (double) SECOND;
}

static int look(struct crowd *crowd, struct epoll_event *events, uint64_t patience) {
    if (!crowd->plan.sleeps) return epoll_wait(crowd->poller, events, EVENTS, 0);
    struct timespec wait = {(time_t) (patience / SECOND), (long) (patience % SECOND)};
    return epoll_pwait2(crowd->poller, events, EVENTS, &wait, NULL);
}

static void ask_all(struct crowd *crowd, uint64_t now) {
    for (int i = 0; i < crowd->plan.connections; i++) {
        struct connection *c = &crowd->connections[i];
        if (c->fd < 0) continue;
        begin(crowd, c, now);
        if (!push(crowd, c)) lose(crowd, c);
    }
}

/* Gives up what was not answered in time, and counts what was due and could not be sent. */
static void settle(struct crowd *crowd, uint64_t slots) {
    size_t all = (size_t) crowd->plan.connections;
    for (size_t i = 0; i < all; i++) {
        struct connection *c = &crowd->connections[i];
        if (c->fd >= 0 && c->begun != c->answered) lose(crowd, c);
        if (slots) crowd->outcome->unsent += slots / all + (i < slots % all) - c->begun;
    }
}

void crowd_run(struct crowd *crowd, double seconds, double rate, struct outcome *outcome) {
    size_t all = (size_t) crowd->plan.connections;
    bool idle = false;
    rest(crowd);
    memset(outcome, 0, sizeof *outcome);
    outcome->own_cpu = -cpu_seconds();
    crowd->outcome = outcome;
    crowd->share = UINT32_MAX;
    crowd->interval = rate > 0 ? (double) SECOND * (double) all / rate : 0;
    crowd->start = now_ns();
    uint64_t slot = 0, now = crowd->start, end = now + (uint64_t) (seconds * (double) SECOND);
    if (rate <= 0) ask_all(crowd, now);
    while (crowd->alive && (now < end || crowd->busy) && now < end + REPLY_PATIENCE) {
        uint64_t wake = now < end ? end : end + REPLY_PATIENCE;
        if (now >= end) {
            crowd->share = 0;
        } else if (rate > 0) {
            slot = ask_due(crowd, slot, now);
            uint64_t next = due(crowd, slot % all, (uint32_t) (slot / all));
            if (next < wake) wake = next;
        }
        struct epoll_event events[EVENTS];
        int count = look(crowd, events, wake - now);
        if (idle != (count == 0)) {
            outcome->idle_cpu += idle ? cpu_seconds() : -cpu_seconds();
            idle = !idle;
        }
        now = now_ns();
        for (int e = 0; e < count; e++) {
            struct connection *c = &crowd->connections[events[e].data.u32];
            if (!serve(crowd, c, events[e].events, &now)) lose(crowd, c);
        }
    }
    uint64_t slots = (uint64_t) (rate * seconds);
    settle(crowd, slots > slot ? slots : slot);
    outcome->seconds = (double) (now_ns() - crowd->start) / (double) SECOND;
    if (idle) outcome->idle_cpu += cpu_seconds();
    outcome->own_cpu += cpu_seconds() - outcome->idle_cpu;
    outcome->requests = outcome->latency.count;
    outcome->alive = crowd->alive;
}

void crowd_close(struct crowd *crowd) {
    for (int i = 0; crowd->connections && i < crowd->plan.connections; i++) {
        if (crowd->connections[i].fd >= 0) close(crowd->connections[i].fd);
    }
    close(crowd->poller);
    free(crowd->connections);
    free(crowd->started);
    free(crowd->text);
    free(crowd->text_upper);
    free(crowd);
}

int crowd_size(const struct crowd *crowd) { return crowd->plan.connections; }
