/*
 * Upper-casing echo on io_uring: one multishot accept, one multishot receive a connection, and replies sent straight
 * from the buffer which the kernel chose for the request. One io_uring_enter a turn.
 *
 * A connection has at most one send in flight (two could overtake each other), so its full buffers wait in a chain.
 * Connections are not in the process's table of files but in the ring's: that saves the kernel two counts at every
 * operation. A connection is closed only when the kernel holds no operation of it: until then its slot cannot be used
 * again, and no completion can be taken for that of a later connection.
 */
#define _GNU_SOURCE
#include "echo.h"
#include "ring.h"

#include <stdbool.h>

enum {
    MOST_CONNECTIONS = 1 << 16,
    SUBMISSIONS = 4096,
    BUFFERS = 16384,
    BUFFERS_AT_ONCE = 256,
    BUFFER_LENGTH = 4096,
    CHAIN_LIMIT = 16 /* full buffers of a peer that does not read, before we stop to read him */
};
enum operation { ACCEPT, RECEIVE, SEND, CANCEL, CLOSE };

struct connection {
    uint16_t first, last, chained, offset; /* full buffers, and how much of the first has been sent */
    bool receiving, sending, cancelling, starved;
    bool ended;  /* the peer sends no more */
    bool broken; /* nor does it take any more */
};

static struct ring ring;
static struct buffer_group buffers;
static uint16_t chain[BUFFERS], filled[BUFFERS];
static struct connection *connections;
static int *starved, starved_count; /* connections whose receive ended for want of a buffer */
static int listener;
static bool accepting;

static uint64_t tag(enum operation operation, int slot) { return (uint64_t) operation << 32 | (uint32_t) slot; }

static struct io_uring_sqe *prepare(uint8_t opcode, int fd, uint8_t flags, uint64_t tag) {
    struct io_uring_sqe *sqe = ring_next(&ring);
    sqe->opcode = opcode;
    sqe->fd = fd;
    sqe->flags = flags;
    sqe->user_data = tag;
    return sqe;
}

static void start_accept(void) {
    struct io_uring_sqe *sqe = prepare(IORING_OP_ACCEPT, listener, 0, tag(ACCEPT, 0));
    sqe->ioprio = ACCEPT_MULTISHOT;
    sqe->file_index = ANY_SLOT;
    accepting = true;
}

static void start_receive(int slot) {
    uint8_t flags = IOSQE_FIXED_FILE | IOSQE_BUFFER_SELECT;
    prepare(IORING_OP_RECV, slot, flags, tag(RECEIVE, slot))->ioprio = RECV_MULTISHOT;
    connections[slot].receiving = true;
}

static void start_send(int slot) {
    struct connection *c = &connections[slot];
    struct io_uring_sqe *sqe = prepare(IORING_OP_SEND, slot, IOSQE_FIXED_FILE, tag(SEND, slot));
    sqe->addr = (uint64_t) (uintptr_t) (buffer_at(&buffers, c->first) + c->offset);
    sqe->len = (uint32_t) (filled[c->first] - c->offset);
    sqe->msg_flags = MSG_NOSIGNAL | MSG_WAITALL;
    c->sending = true;
}

static void cancel_receive(int slot) {
    if (!connections[slot].receiving || connections[slot].cancelling) return;
    prepare(IORING_OP_ASYNC_CANCEL, -1, 0, tag(CANCEL, slot))->addr = tag(RECEIVE, slot);
    connections[slot].cancelling = true;
}

static void give_back_first(struct connection *c) {
    uint16_t id = c->first;
    c->first = chain[id];
    c->offset = 0;
    c->chained--;
    buffer_return(&buffers, id);
}

/* Starts whatever the connection's state calls for; closes it when there is nothing left to do or to wait for. */
static void go_on(int slot) {
    struct connection *c = &connections[slot];
    if (c->sending) {
        if (c->chained > CHAIN_LIMIT) cancel_receive(slot);
        return;
    }
    while (c->broken && c->chained) give_back_first(c);
    if (c->broken) cancel_receive(slot);
    if (c->chained) {
        start_send(slot);
    } else if (c->receiving || c->cancelling || c->starved) {
        return;
    } else if (!c->ended) {
        start_receive(slot);
    } else {
        prepare(IORING_OP_CLOSE, 0, 0, tag(CLOSE, 0))->file_index = (uint32_t) slot + 1;
    }
}

static void accepted(int result, bool more) {
    accepting = more;
    if (result >= 0) {
        connections[result] = (struct connection){0};
        start_receive(result);
    }
    /* Without a free slot, the next close starts it again. */
    if (!more && result != -EMFILE && result != -ENFILE) start_accept();
}

static void received(int slot, int result, unsigned flags) {
    struct connection *c = &connections[slot];
    c->receiving = flags & CQE_HAS_MORE;
    uint16_t id = (uint16_t) (flags >> CQE_BUFFER_SHIFT);
    if (flags & CQE_HAS_BUFFER) buffer_taken(&buffers);
    if (result > 0) {
        upper(buffer_at(&buffers, id), (size_t) result);
        filled[id] = (uint16_t) result;
        *(c->chained++ ? &chain[c->last] : &c->first) = id;
        c->last = id;
    } else if (flags & CQE_HAS_BUFFER) {
        buffer_return(&buffers, id);
    }
    if (result == -ENOBUFS) {
        c->starved = true;
        starved[starved_count++] = slot;
    } else if (result <= 0 && result != -ECANCELED) {
        c->ended = true;
        c->broken |= result < 0;
    }
    go_on(slot);
}

static void sent(int slot, int result) {
    struct connection *c = &connections[slot];
    c->sending = false;
    if (result < 0) {
        c->broken = c->ended = true;
    } else {
        c->offset = (uint16_t) (c->offset + result);
        if (c->offset == filled[c->first]) give_back_first(c);
    }
    go_on(slot);
}

static void complete(const struct io_uring_cqe *cqe) {
    int slot = (int) (uint32_t) cqe->user_data;
    switch ((enum operation) (cqe->user_data >> 32)) {
        case ACCEPT: accepted(cqe->res, cqe->flags & CQE_HAS_MORE); break;
        case RECEIVE: received(slot, cqe->res, cqe->flags); break;
        case SEND: sent(slot, cqe->res); break;
        case CANCEL: connections[slot].cancelling = false; go_on(slot); break;
        case CLOSE: if (!accepting) start_accept(); break;
    }
}

/* All of them: whichever has data takes what buffers there are, and those that come too late end up here again. */
static void feed(void) {
    buffers_give(&buffers);
    while (starved_count && buffers.given) {
        int slot = starved[--starved_count];
        connections[slot].starved = false;
        go_on(slot);
    }
}

int main(int argc, char **argv) {
    if (argc != 2) return fprintf(stderr, "usage: echo_uring PORT\n"), 2;
    size_t limit = raise_open_files();
    if (limit > MOST_CONNECTIONS) limit = MOST_CONNECTIONS;
    if (ring_open(&ring, SUBMISSIONS) || ring_slots(&ring, (unsigned) limit) ||
        buffers_open(&ring, &buffers, BUFFERS, BUFFER_LENGTH, BUFFERS_AT_ONCE)) {
        fprintf(stderr, "echo_uring: this kernel does not permit io_uring as needed here: %s\n", strerror(errno));
        return 3;
    }
    connections = calloc(limit, sizeof *connections);
    starved = calloc(limit, sizeof *starved);
    if (!connections || !starved) die("calloc");
    listener = listen_on(argv[1], 0);
    no_delay(listener); /* Linux hands it down to what is accepted */
    start_accept();
    for (;;) {
        ring_enter(&ring, 1);
        unsigned head = *ring.cq_head, tail = __atomic_load_n(ring.cq_tail, __ATOMIC_ACQUIRE);
        for (; head != tail; head++) complete(&ring.cqes[head & ring.cq_mask]);
        __atomic_store_n(ring.cq_head, head, __ATOMIC_RELEASE);
        feed();
    }
}
