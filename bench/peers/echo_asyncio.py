#!/usr/bin/env python3
"""Upper-casing echo on asyncio.  echo_asyncio.py PORT"""

import asyncio
import resource
import sys

BUFFER = bytearray(65536)


class FlowControl:
    """A peer that does not read is not read. The event loop does the rest: TCP_NODELAY, last replies, closing."""

    def connection_made(self, transport):
        self.transport = transport

    def pause_writing(self):
        self.transport.pause_reading()

    def resume_writing(self):
        self.transport.resume_reading()


class Echo(FlowControl, asyncio.BufferedProtocol):
    """One buffer for all: a plain Protocol costs three times as much, by a new buffer of 256 KB for each read."""

    def get_buffer(self, _size):
        return BUFFER

    def buffer_updated(self, count):
        self.transport.write(BUFFER[:count].upper())


async def serve(port, protocol):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", port, backlog=16384)
    print(f"listening on 127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Echo))
