/*
 * One way, as much as there is room for, in pieces of 64 KiB, by blocking calls.
 *
 *     bulk receive PORT    takes one connection after the other. On each come numbers of eight bytes, and behind each as
 *                          many bytes as it says; when all are there, it is answered by how many they were
 *     bulk send            for each line "PORT PIECES" of standard input sends so many pieces to that port, awaits the
 *                          answer, and prints one line of JSON. The connection is made at the first mention of the port
 */
#define _GNU_SOURCE
#include "echo.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

static unsigned char buffer[65536];
static int connections[65536];

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

static int send_all(int fd, const void *bytes, size_t count) {
    for (size_t sent = 0; sent < count;) {
        ssize_t n = send(fd, (const char *) bytes + sent, count - sent, MSG_NOSIGNAL);
        if (n < 0) return -1;
        sent += (size_t) n;
    }
    return 0;
}

static void receive_from(int fd) {
    uint64_t length;
    while (recv(fd, &length, sizeof length, MSG_WAITALL) == sizeof length) {
        uint64_t left = be64toh(length), total = 0;
        while (total < left) {
            ssize_t count = recv(fd, buffer, sizeof buffer, 0);
            if (count <= 0) break;
            total += (uint64_t) count;
        }
        total = htobe64(total);
        if (send_all(fd, &total, sizeof total)) break;
    }
    close(fd);
}

static int connect_to(int port) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t) port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *) &to, sizeof to)) return -1;
    no_delay(fd);
    return fd;
}

static const char *send_to(int port, uint64_t pieces) {
    if (!connections[port] && (connections[port] = connect_to(port)) < 0) return "cannot connect";
    int fd = connections[port];
    uint64_t total = pieces * sizeof buffer, length = htobe64(total), answer = 0;
    double start = now();
    if (send_all(fd, &length, sizeof length)) return "cannot send";
    for (uint64_t i = 0; i < pieces; i++) {
        if (send_all(fd, buffer, sizeof buffer)) return "cannot send";
    }
    ssize_t count = recv(fd, &answer, sizeof answer, MSG_WAITALL);
    double took = now() - start;
    if (count != sizeof answer || be64toh(answer) != total) return "not all bytes arrived";
    printf("{\"bytes\":%llu,\"seconds\":%.9f}\n", (unsigned long long) total, took);
    return NULL;
}

int main(int argc, char **argv) {
    if (argc == 3 && strcmp(argv[1], "receive") == 0) {
        int listener = listen_on(argv[2], 0);
        for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0;) receive_from(fd);
        die("accept4");
    }
    if (argc != 2 || strcmp(argv[1], "send")) return fprintf(stderr, "usage: bulk receive PORT | bulk send\n"), 2;
    memset(buffer, 'x', sizeof buffer);
    int port;
    unsigned long long pieces;
    while (scanf("%d %llu", &port, &pieces) == 2) {
        const char *failure = send_to(port, pieces);
        if (failure) printf("{\"error\":\"%s\"}\n", failure);
        fflush(stdout);
    }
}
