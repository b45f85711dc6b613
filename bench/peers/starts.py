"""Starts of processes, timed: prints the nanoseconds of one.

python3 starts.py spawn SECONDS           an empty function by multiprocessing
python3 starts.py command SECONDS WORD... a command, from its start to its end
python3 starts.py told SECONDS WORD...    the end of a command that has said it is ready, once it gets a byte

What this file imports each spawned child imports, too, so it is no more than such a program needs.
"""

import multiprocessing
import os
import sys
import time


def nothing():
    pass


def spawn():
    process = multiprocessing.get_context("spawn").Process(target=nothing)
    begun = time.perf_counter()
    process.start()
    process.join()
    return time.perf_counter() - begun


def wait(pid, command):
    if os.waitpid(pid, 0)[1] != 0:
        raise SystemExit("failed: " + " ".join(command))


def run(command):
    begun = time.perf_counter()
    wait(os.posix_spawn(command[0], command, os.environ), command)
    return time.perf_counter() - begun


def tell(command):
    its_input, told = os.pipe()
    ready, its_output = os.pipe()
    actions = [(os.POSIX_SPAWN_DUP2, its_input, 0), (os.POSIX_SPAWN_DUP2, its_output, 1)]
    pid = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
    os.close(its_input)
    os.close(its_output)
    os.read(ready, 1)
    begun = time.perf_counter()
    os.write(told, b"x")
    wait(pid, command)
    spent = time.perf_counter() - begun
    os.close(told)
    os.close(ready)
    return spent


def main():
    what, seconds, command = sys.argv[1], float(sys.argv[2]), sys.argv[3:]
    one = {"spawn": spawn, "command": lambda: run(command), "told": lambda: tell(command)}[what]
    one()
    begun = time.perf_counter()
    times = []
    while not times or time.perf_counter() - begun < seconds:
        times.append(one())
    print(sum(times) / len(times) * 1e9)


if __name__ == "__main__":
    main()
