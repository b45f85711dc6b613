/// Upper-casing server on all processors: processes × loops × greenlets, one port.
///
/// Each process has loops of its own, each loop listens on the same port (SO_REUSEPORT), and the
/// kernel spreads the connections over them. A process that crashes takes only its own connections
/// with it. `./loomlet ps` shows the tree while it runs.
///
///     ./loomlet run examples/C12EchoServer.java [PORT [PROCESSES [LOOPS]]]

import dev.loomlet.LoopGroup;
import dev.loomlet.engine.Chunk;
import dev.loomlet.engine.ListenOptions;
import dev.loomlet.net.SocketStream;
import dev.loomlet.net.StreamServer;
import dev.loomlet.process.JavaProcess;
import dev.loomlet.process.ProcessOptions;
import dev.loomlet.process.SharedQueue;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;

static final String HOST = "127.0.0.1";

/// A greenlet for each connection, on one of the loops of one of the processes.
static void serve(SocketStream stream, String process, AtomicBoolean first) throws IOException {
  if (first.compareAndSet(true, false)) {
    IO.println(process + " has its first client");
  }
  while (stream.receive() instanceof Chunk chunk) {
    try (chunk) {
      var text = chunk.buffer();
      for (int i = text.position(); i < text.limit(); i++) {
        byte c = text.get(i);
        text.put(i, c >= 'a' && c <= 'z' ? (byte) (c - 32) : c);
      }
      stream.write(chunk);
    }
  }
}

/// What each process does.
static void serveForever(int port, int loops, SharedQueue ready) throws Exception {
  String self = JavaProcess.current().name();
  var first = new AtomicBoolean(true);
  try (var group = LoopGroup.start(loops);
      var server =
          StreamServer.builder(stream -> serve(stream, self, first))
              .bind(HOST, port)
              .options(ListenOptions.DEFAULT.withReusePort(true))
              .loops(group)
              .start()) {
    ready.put(self.getBytes());
    server.join();
  }
}

void main(String[] args) throws Exception {
  int[] numbers = {8080, 2, 2};
  for (int i = 0; i < Math.min(args.length, numbers.length); i++) {
    numbers[i] = Integer.parseInt(args[i]);
  }
  int processes = numbers[1];
  int loops = numbers[2];
  // Has the port, and does not listen: so it is free, stays ours, and gets no connection.
  try (var place = new Socket();
      var ready = SharedQueue.create(processes, 64)) {
    place.setOption(StandardSocketOptions.SO_REUSEPORT, true);
    place.bind(new InetSocketAddress(HOST, numbers[0]));
    int port = place.getLocalPort();
    List<JavaProcess> children = new ArrayList<>();
    for (int i = 1; i <= processes; i++) {
      var options = ProcessOptions.defaults().withName("server " + i).withDaemon(true);
      children.add(JavaProcess.start(options, () -> serveForever(port, loops, ready)));
    }
    for (int i = 0; i < processes; i++) {
      ready.take();
    }
    IO.println("listening on " + HOST + ":" + port);
    IO.println(processes + " processes with " + loops + " loops each");
    children.getFirst().join();
  }
}
