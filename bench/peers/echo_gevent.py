#!/usr/bin/env python3
"""Upper-casing echo on gevent: a greenlet per connection.  echo_gevent.py PORT"""

import resource
import socket
import sys

from gevent.server import StreamServer


def serve(connection, _address):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        while data := connection.recv(65536):
            data = data.upper()
            # sendall alone would do, but asks the kernel for the size of its buffer each time: a fifth slower.
            sent = connection.send(data)
            if sent < len(data):
                connection.sendall(memoryview(data)[sent:])
    except OSError:
        pass  # the peer has gone
    # StreamServer closes the connection.


def main():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    server = StreamServer(("127.0.0.1", int(sys.argv[1])), serve, backlog=16384)
    server.start()
    print(f"listening on 127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
