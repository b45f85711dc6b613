#!/usr/bin/env python3
"""Checks that the server on 127.0.0.1:PORT upper-cases ASCII and loses nothing:  check.py PORT

Every check has its own connections; the first that fails ends the run with status 1.
"""

import random
import socket
import struct
import sys
import threading
import time

PORT = int(sys.argv[1])
TIMEOUT = 20


def connect(receive_buffer=None):
    sock = socket.socket()
    if receive_buffer:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    sock.settimeout(TIMEOUT)
    sock.connect(("127.0.0.1", PORT))
    return sock


def receive(sock, count, chunk=65536):
    parts = []
    while count:
        part = sock.recv(min(count, chunk))
        if not part:
            raise AssertionError(f"end of stream, {count} bytes missing")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def send_in_pieces(sock, data, rng):
    at = 0
    while at < len(data):
        size = int(2 ** rng.uniform(0, 18))
        sock.sendall(data[at : at + size])
        at += size


def in_background(job, *arguments):
    thread = threading.Thread(target=job, args=arguments, daemon=True)
    thread.start()
    return thread


def same(got, sent):
    want = sent.upper()
    if got != want:
        at = next((i for i, pair in enumerate(zip(got, want)) if pair[0] != pair[1]), min(len(got), len(want)))
        raise AssertionError(f"{len(got)} of {len(want)} bytes; they differ at {at}")


def every_byte():
    """each byte value alone, then all at once: only a to z change"""
    with connect() as sock:
        for value in range(256):
            sock.sendall(bytes([value]))
            same(receive(sock, 1), bytes([value]))
        data = bytes(range(256)) * 3
        for size in range(1, len(data)):
            sock.sendall(data[:size])
            same(receive(sock, size), data[:size])


def random_sizes():
    """1 B to 1 MB, one request after the other"""
    rng = random.Random(1)
    with connect() as sock:
        for _ in range(60):
            data = rng.randbytes(int(2 ** rng.uniform(0, 20)))
            sender = in_background(sock.sendall, data)
            same(receive(sock, len(data)), data)
            sender.join()


def pipelined(seed):
    rng = random.Random(seed)
    data = rng.randbytes(int(2 ** rng.uniform(10, 21)))
    with connect() as sock:
        sender = in_background(send_in_pieces, sock, data, rng)
        same(receive(sock, len(data)), data)
        sender.join()


def pipelining():
    """pieces of any size sent without waiting"""
    for seed in range(12):
        pipelined(seed)


def many_at_once():
    """60 such connections together"""
    failures = []

    def one(seed):
        try:
            pipelined(seed)
        except Exception as failure:  # reported by the main thread
            failures.append(failure)

    threads = [in_background(one, seed) for seed in range(100, 160)]
    for thread in threads:
        thread.join()
    if failures:
        raise AssertionError(f"{len(failures)} of {len(threads)} failed: {failures[0]!r}")


def half_close():
    """whoever has shut down his side still gets the whole reply, then the end"""
    rng = random.Random(3)
    for size in [0, 1, 64, 4096] * 25 + [65536, 1 << 20]:
        data = rng.randbytes(size)
        with connect() as sock:

            def send_and_shut():
                sock.sendall(data)
                sock.shutdown(socket.SHUT_WR)

            sender = in_background(send_and_shut)
            same(receive(sock, size), data)
            sender.join()
            assert sock.recv(1) == b"", "bytes after the reply"


def slow_reader():
    """a peer that reads little at a time"""
    data = random.Random(4).randbytes(600_000)
    with connect(receive_buffer=4096) as sock:
        sender = in_background(sock.sendall, data)
        got = []
        for _ in range(30):
            got.append(receive(sock, 1000))
            time.sleep(0.01)
        got.append(receive(sock, len(data) - 30_000))
        same(b"".join(got), data)
        sender.join()


def stuck_readers():
    """peers that send and never read: the others are served, and they get all when they read at last"""
    block = random.Random(5).randbytes(1 << 16)
    limit = 64 << 20
    stuck = {connect(receive_buffer=4096): 0 for _ in range(20)}
    last = time.monotonic()
    for sock in stuck:
        sock.setblocking(False)
    while time.monotonic() < last + 0.3:
        for sock, sent in stuck.items():
            try:
                stuck[sock] += sock.send(block[sent % len(block) :])
                last = time.monotonic()
            except BlockingIOError:
                pass
            assert sent < limit, "no back-pressure: the server takes all that is sent"
    with connect() as sock:
        for _ in range(100):
            sock.sendall(b"served meanwhile")
            same(receive(sock, 16), b"served meanwhile")
    for sock, sent in stuck.items():
        sock.settimeout(TIMEOUT)
        same(receive(sock, sent, 1 << 20), (block * (sent // len(block) + 1))[:sent])
        sock.close()


def rude_peers():
    """resets, with and without a reply under way"""
    for round in range(200):
        sock = connect()
        if round % 3:
            sock.sendall(b"x" * (round * 997))
        if round % 5:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()
    with connect() as sock:
        sock.sendall(b"still here")
        same(receive(sock, 10), b"still here")


CHECKS = (every_byte, random_sizes, pipelining, many_at_once, half_close, slow_reader, stuck_readers, rude_peers)


def main():
    for check in CHECKS:
        started = time.monotonic()
        try:
            check()
        except Exception as failure:
            print(f"FAILED  {check.__name__}: {check.__doc__}: {failure!r}")
            return 1
        print(f"ok {time.monotonic() - started:6.2f} s  {check.__name__}: {check.__doc__}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
