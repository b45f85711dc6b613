/*
 * The reference: an upper-casing echo server on epoll, one thread, one read buffer for all connections.
 *
 * Each connection is registered once, edge-triggered, for input and output. Edges save the kernel a second look at
 * every socket on the next epoll_wait, and since the kernel reports room for output only after a send ran out of it,
 * nothing need be registered again when a send stops half way.
 */
#define _GNU_SOURCE
#include "echo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { EVENTS = 512, READS_PER_TURN = 16 };

/* What the kernel did not take. While a connection has some, it is not read: the peer feels the back-pressure. */
struct unsent {
    size_t start, end;
    unsigned char bytes[];
};

static unsigned char buffer[65536];
static struct unsent **unsent; /* by descriptor */
static int poller;
static int spare; /* given up for a moment to refuse a connection when descriptors run out */

static void watch(int operation, int fd, uint32_t interest) {
    struct epoll_event event = {.events = interest, .data.fd = fd};
    if (epoll_ctl(poller, operation, fd, &event)) die("epoll_ctl");
}

static void drop(int fd) {
    free(unsent[fd]);
    unsent[fd] = NULL;
    close(fd);
}

static bool keep(int fd, size_t from, size_t to) {
    struct unsent *rest = malloc(sizeof *rest + (to - from));
    if (!rest) die("malloc");
    rest->start = 0;
    rest->end = to - from;
    memcpy(rest->bytes, buffer + from, to - from);
    unsent[fd] = rest;
    return false;
}

/* Each of the next two is true if the connection may be read (again). */
static bool reply(int fd, size_t count) {
    ssize_t sent = send(fd, buffer, count, MSG_NOSIGNAL);
    if (sent == (ssize_t) count) return true;
    if (sent >= 0 || errno == EAGAIN) return keep(fd, sent > 0 ? (size_t) sent : 0, count);
    drop(fd);
    return false;
}

static bool flush(int fd) {
    struct unsent *rest = unsent[fd];
    while (rest->start < rest->end) {
        ssize_t sent = send(fd, rest->bytes + rest->start, rest->end - rest->start, MSG_NOSIGNAL);
        if (sent > 0) {
            rest->start += (size_t) sent;
        } else {
            if (errno != EAGAIN) drop(fd);
            return false;
        }
    }
    free(rest);
    unsent[fd] = NULL;
    return true;
}

#define INTEREST (EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET)

/* A read that does not fill the buffer has drained the socket, unless the end of the stream waits behind the data. */
static void serve(int fd, uint32_t events) {
    if (unsent[fd] && !flush(fd)) return;
    for (int i = 0; i < READS_PER_TURN; i++) {
        ssize_t count = recv(fd, buffer, sizeof buffer, 0);
        if (count <= 0) {
            if (count == 0 || errno != EAGAIN) drop(fd);
            return;
        }
        upper(buffer, (size_t) count);
        if (!reply(fd, (size_t) count)) return;
        if ((size_t) count < sizeof buffer && !(events & EPOLLRDHUP)) return;
    }
    watch(EPOLL_CTL_MOD, fd, INTEREST); /* others first; this makes a new edge if anything is left */
}

static void accept_all(int listener) {
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            no_delay(fd);
            watch(EPOLL_CTL_ADD, fd, INTEREST);
        } else if (errno == EMFILE || errno == ENFILE) {
            close(spare);
            int refused = accept(listener, NULL, NULL);
            if (refused >= 0) close(refused);
            spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
            if (refused < 0) return; /* accept4 says EMFILE even when nobody waits */
        } else if (errno != ECONNABORTED && errno != EINTR) {
            return;
        }
    }
}

int main(int argc, char **argv) {
    if (argc != 2) return fprintf(stderr, "usage: echo_epoll PORT\n"), 2;
    unsent = calloc(raise_open_files(), sizeof *unsent);
    spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (!unsent || spare < 0 || poller < 0) die("set-up");
    int listener = listen_on(argv[1], SOCK_NONBLOCK);
    watch(EPOLL_CTL_ADD, listener, EPOLLIN);
    static struct epoll_event events[EVENTS];
    for (;;) {
        int count = epoll_wait(poller, events, EVENTS, -1);
        if (count < 0 && errno != EINTR) die("epoll_wait");
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == listener) accept_all(listener);
            else serve(events[i].data.fd, events[i].events);
        }
    }
}
