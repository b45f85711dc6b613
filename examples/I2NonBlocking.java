/// Non-blocking I/O, polled: it works, and burns the processor while nothing happens.
///
/// Loomlet's engine `nonblocking` asks each socket whether there is something, gets the answer "not
/// yet", and asks again, round and round, as the course's second model does. The same server is run
/// on it and on an engine that lets the kernel wake it; both serve the same clients and then are
/// left alone for a second. An argument scales that time.

import static dev.loomlet.Loomlet.*;

import com.sun.management.OperatingSystemMXBean;
import dev.loomlet.LoopGroup;
import dev.loomlet.LoopOptions;
import dev.loomlet.engine.Chunk;
import dev.loomlet.engine.Engines;
import dev.loomlet.net.SocketStream;
import dev.loomlet.net.StreamServer;
import dev.loomlet.net.TcpStream;
import java.lang.management.ManagementFactory;

double second = 1000;

final OperatingSystemMXBean process =
    ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

void serve(SocketStream client) throws IOException {
  while (client.receive() instanceof Chunk chunk) {
    try (chunk) {
      byte[] text = new byte[chunk.length()];
      chunk.buffer().get(text);
      client.write(new String(text).toUpperCase(Locale.ROOT).getBytes());
    }
  }
}

String ask(TcpStream stream, String text) throws IOException {
  stream.write(text.getBytes());
  byte[] reply = new byte[100];
  return new String(reply, 0, stream.read(reply));
}

/// Serves ten clients, and then nobody for a while.
void serveAndIdle(LoopOptions options) throws Exception {
  try (var group = LoopGroup.start(1, options)) {
    var server =
        group.spawn(() -> StreamServer.builder(this::serve).bind("127.0.0.1", 0).start()).get();
    List<TcpStream> clients = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      clients.add(TcpStream.connect("127.0.0.1", server.port()));
    }
    var replies = new ArrayList<String>();
    for (TcpStream client : clients) {
      replies.add(ask(client, "hello"));
    }
    IO.println("  " + replies.size() + " clients: " + new HashSet<>(replies));

    long start = System.nanoTime();
    long before = process.getProcessCpuTime();
    sleep(Math.round(second));
    double busy = (double) (process.getProcessCpuTime() - before) / (System.nanoTime() - start);
    IO.println("  processor in use while nothing happens: %.1f %%".formatted(100 * busy));
    clients.forEach(TcpStream::close);
    server.close();
  }
}

void main(String[] args) throws Exception {
  second *= args.length > 0 ? Double.parseDouble(args[0]) : 1;
  for (String engine : List.of("nonblocking", Engines.AUTO)) {
    try {
      var options = LoopOptions.defaults().withEngine(Engines.byName(engine));
      IO.println("engine " + engine);
      serveAndIdle(options);
    } catch (IllegalArgumentException e) {
      IO.println(e.getMessage());
    }
  }
}
