/* What every echo server in C needs before it can serve: descriptors, a listening socket, the work itself. */
#ifndef LOOMLET_ECHO_H
#define LOOMLET_ECHO_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>

static inline _Noreturn void die(const char *what) {
    perror(what);
    exit(1);
}

/* Raises the soft limit of open files to the hard one and returns it: no descriptor will be as large as that. */
static inline size_t raise_open_files(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit)) die("getrlimit");
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit)) die("setrlimit");
    return limit.rlim_cur;
}

/* Listens on 127.0.0.1 and announces the port; port 0 takes any free one. */
static inline int listen_on(const char *port, int flags) {
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t) atoi(port)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    socklen_t length = sizeof address;
    int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
    if (fd < 0) die("socket");
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on)) die("SO_REUSEADDR");
    if (bind(fd, (struct sockaddr *) &address, length)) die("bind");
    if (listen(fd, 16384)) die("listen");
    if (getsockname(fd, (struct sockaddr *) &address, &length)) die("getsockname");
    printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

static inline void no_delay(int fd) {
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static inline unsigned char upper_byte(unsigned char c) {
    return (unsigned char) (c - ((unsigned char) (c - 'a') < 26 ? 32 : 0));
}

/* The inner loop has a fixed length so that gcc makes it one vector operation at -O2 as well. */
static inline void upper(unsigned char *bytes, size_t count) {
    for (; count >= 16; bytes += 16, count -= 16) {
        for (int i = 0; i < 16; i++) bytes[i] = upper_byte(bytes[i]);
    }
    for (size_t i = 0; i < count; i++) bytes[i] = upper_byte(bytes[i]);
}

#endif
