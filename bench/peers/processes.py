"""Processes of CPython, timed: prints the nanoseconds of one operation.

python3 processes.py pool|queue|large|objects SECONDS
"""

import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

SMALL = b"x" * 64
LARGE = b"x" * (1 << 20)


@dataclass
class Dish:
    name: str
    number: int
    price: float


def one():
    return 1


def pool(seconds):
    with ProcessPoolExecutor(2) as executor:
        for future in [executor.submit(one) for _ in range(100)]:
            future.result()
        begun = time.perf_counter()
        count = 0
        while count == 0 or time.perf_counter() - begun < seconds:
            for future in [executor.submit(one) for _ in range(1000)]:
                future.result()
            count += 1000
        return (time.perf_counter() - begun) / count


def put_all(queue, message):
    while True:
        queue.put(message)


def queue(seconds, message, batch):
    messages = multiprocessing.Queue(8 if batch == 10 else 1024)
    producer = multiprocessing.Process(target=put_all, args=(messages, message), daemon=True)
    producer.start()
    for _ in range(batch):
        messages.get()
    begun = time.perf_counter()
    count = 0
    while count == 0 or time.perf_counter() - begun < seconds:
        for _ in range(batch):
            messages.get()
        count += batch
    nanos = (time.perf_counter() - begun) / count
    producer.kill()
    return nanos


def main():
    what, seconds = sys.argv[1], float(sys.argv[2])
    if what == "pool":
        each = pool(seconds)
    elif what == "queue":
        each = queue(seconds, SMALL, 1000)
    elif what == "objects":
        each = queue(seconds, Dish("fried rice", 7, 2.5), 1000)
    else:
        each = queue(seconds, LARGE, 10)
    print(each * 1e9)


if __name__ == "__main__":
    main()
