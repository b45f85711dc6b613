#!/usr/bin/env python3
"""Upper-casing echo on uvloop.  echo_uvloop.py PORT"""

import asyncio
import sys

import uvloop
from echo_asyncio import FlowControl, serve


class Echo(FlowControl, asyncio.Protocol):
    """On uvloop, unlike on asyncio, a plain Protocol is faster than a buffered one."""

    def data_received(self, data):
        self.transport.write(data.upper())


if __name__ == "__main__":
    uvloop.install()
    asyncio.run(serve(int(sys.argv[1]), Echo))
