/*
 * One way, as much as there is room for, in pieces of 64 KiB, by blocking calls on one connection after the other.
 *
 *     bulk receive PORT    takes connections; at the end of each stream answers how many bytes came, eight of them
 *     bulk send            for each line "PORT SECONDS" of standard input connects, sends for that time, awaits the
 *                          answer, and prints one line of JSON
 */
#define _GNU_SOURCE
#include "echo.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

static unsigned char buffer[65536];

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

static void receive_from(int fd) {
    uint64_t total = 0;
    for (ssize_t count; (count = recv(fd, buffer, sizeof buffer, 0)) > 0;) total += (uint64_t) count;
    total = htobe64(total);
    if (send(fd, &total, sizeof total, MSG_NOSIGNAL) < 0) perror("bulk: answer");
    close(fd);
}

static const char *send_to(int port, double seconds) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t) port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *) &to, sizeof to)) return "cannot connect";
    no_delay(fd);
    uint64_t total = 0, answer = 0;
    double start = now();
    while (now() - start < seconds) {
        for (size_t sent = 0; sent < sizeof buffer;) {
            ssize_t count = send(fd, buffer + sent, sizeof buffer - sent, MSG_NOSIGNAL);
            if (count < 0) return close(fd), "cannot send";
            sent += (size_t) count;
        }
        total += sizeof buffer;
    }
    shutdown(fd, SHUT_WR);
    ssize_t count = recv(fd, &answer, sizeof answer, MSG_WAITALL);
    double took = now() - start;
    close(fd);
    if (count != sizeof answer || be64toh(answer) != total) return "not all bytes arrived";
    printf("{\"bytes\":%llu,\"seconds\":%.6f}\n", (unsigned long long) total, took);
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
    double seconds;
    while (scanf("%d %lf", &port, &seconds) == 2) {
        const char *failure = send_to(port, seconds);
        if (failure) printf("{\"error\":\"%s\"}\n", failure);
        fflush(stdout);
    }
}
