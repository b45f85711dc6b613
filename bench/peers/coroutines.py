#!/usr/bin/env python3
"""Python's own figures for the benchmarks of generators and coroutines.  coroutines.py WHAT SECONDS

Prints nanoseconds: for "generator" and "send" of a step of a generator, for "pair" of a switch of a greenlet to another
one, for "root" of a switch between a greenlet and its parent.
"""

import sys
import time

BATCH = 100_000


def numbers():
    while True:
        yield 1


def generator():
    step = numbers().__next__
    for _ in range(BATCH):
        step()


def send():
    steps = numbers()
    next(steps)
    step = steps.send
    for _ in range(BATCH):
        step(1)


def pair():
    from greenlet import getcurrent, greenlet

    def body(other, value):
        switch = other().switch
        for _ in range(BATCH // 2):
            value = switch(value)
        getcurrent().parent.switch()

    first = greenlet(lambda value: body(lambda: second, value))
    second = greenlet(lambda value: body(lambda: first, value))
    first.switch(1)


def root():
    from greenlet import getcurrent, greenlet

    def body(value):
        switch = getcurrent().parent.switch
        while True:
            value = switch(value)

    switch = greenlet(body).switch
    for _ in range(BATCH // 2):
        switch(1)


def main():
    batch = {"generator": generator, "send": send, "pair": pair, "root": root}[sys.argv[1]]
    seconds = float(sys.argv[2])
    batch()
    count = 0
    start = time.perf_counter()
    while (spent := time.perf_counter() - start) < seconds or count == 0:
        batch()
        count += 1
    print(spent / count / BATCH * 1e9)


main()
