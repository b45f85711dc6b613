/*
 * What is left of a server of HTTP if it does nothing but wait by epoll, read once and write once for each request:
 * whatever is asked, it answers the bytes that it was given. It understands of a request only where it ends.
 */
#define _GNU_SOURCE
#include "echo.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <unistd.h>

enum { EVENTS = 512 };

static const char END[] = "\r\n\r\n";

static char buffer[65536];
static unsigned char *ended; /* by descriptor: so many bytes of END have been read */
static int poller;
static struct iovec answer[2]; /* head and body lie apart, as in servers that have to make them */

static void watch(int fd) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event)) die("epoll_ctl");
}

/* How many requests end in what was read. */
static int count_ends(int fd, ssize_t count) {
    int requests = 0;
    for (ssize_t i = 0; i < count; i++) {
        if (buffer[i] != END[ended[fd]]) ended[fd] = buffer[i] == END[0];
        else if (++ended[fd] == sizeof END - 1) requests++, ended[fd] = 0;
    }
    return requests;
}

/* Whoever asks on without reading the answers is not waited for. */
static void serve(int fd) {
    ssize_t whole = (ssize_t) (answer[0].iov_len + answer[1].iov_len);
    ssize_t count = read(fd, buffer, sizeof buffer);
    if (count < 0 && errno == EAGAIN) return;
    int requests = count > 0 ? count_ends(fd, count) : 0;
    while (requests > 0 && writev(fd, answer, 2) == whole) requests--;
    if (count <= 0 || requests > 0) close(fd);
}

static void accept_all(int listener) {
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        no_delay(fd);
        ended[fd] = 0;
        watch(fd);
    }
}

int main(int argc, char **argv) {
    if (argc != 4) return fprintf(stderr, "usage: hello PORT HEAD BODY\n"), 2;
    for (int i = 0; i < 2; i++) answer[i] = (struct iovec) {argv[2 + i], strlen(argv[2 + i])};
    ended = calloc(raise_open_files(), 1);
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (!ended || poller < 0) die("set-up");
    int listener = listen_on(argv[1], SOCK_NONBLOCK);
    watch(listener);
    static struct epoll_event events[EVENTS];
    for (;;) {
        int count = epoll_wait(poller, events, EVENTS, -1);
        if (count < 0 && errno != EINTR) die("epoll_wait");
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == listener) accept_all(listener);
            else serve(events[i].data.fd);
        }
    }
}
