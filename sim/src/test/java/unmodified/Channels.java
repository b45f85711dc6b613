package unmodified;

import dev.loomlet.sim.SimMain;
import dev.loomlet.sim.Simulation;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Channels, selectors and datagram sockets in simulations. */
public final class Channels {
  private static final int PORT = 7000;

  private Channels() {}

  /** Prints. */
  public static void main(String[] unused) throws Exception {
    Answers.patch();
    Answers.print("channels", 1, Code::channels);
    Answers.print("selector", 1, Code::selector);
    System.out.println("selector trace: " + traces(Code::selector));
    Answers.print("many", 1, Code::many);
    System.out.println("many trace: " + traces(Code::many));
    Answers.print("select times out", 1, Code::selectTimesOut);
    Answers.print("woken", 1, Code::woken);
    Answers.print("refused", 1, Code::refused);
    Answers.print("closed meanwhile", 1, Code::closedMeanwhile);
    Answers.print("interrupted", 1, Code::interrupted);
    Answers.print("datagram sockets", 1, Code::datagramSockets);
    Answers.print("datagram channels", 1, Code::datagramChannels);
    Answers.print("lost datagrams", 1, Code::lostDatagrams);
    Answers.print("group", 1, Code::group);
    Answers.print("own port", 1, Code::ownPort);
    Answers.print("scattered", 1, Code::scattered);
    Answers.print("unix", 1, _ -> Code.unix());
    Answers.print("pipe", 1, _ -> Code.pipe());
    Answers.print("half closed", 1, Code::halfClosed);
    Answers.print("spinning", 1, Code::spinning);
    Answers.print("in an initialiser", 1, Code::inInitialiser);
    Answers.print("selector left open", 1, _ -> Selector.open());
    Answers.print("channel left open", 1, _ -> SocketChannel.open());
    Answers.print("datagram socket left open", 1, _ -> new DatagramSocket(PORT));
    try (Selector outside = Selector.open()) {
      Answers.print("selector from outside", 1, _ -> outside.selectNow());
    }
    try (DatagramChannel outside = DatagramChannel.open()) {
      Answers.print(
          "channel from outside",
          1,
          _ -> outside.send(ByteBuffer.allocate(1), new InetSocketAddress("10.0.0.1", PORT)));
    }
    System.exit(0);
  }

  /** Whether two runs of a seed have the same trace, and one of another seed has not. */
  static String traces(SimMain program) {
    long first = Simulation.run(5, program).traceHash();
    long again = Simulation.run(5, program).traceHash();
    long other = Simulation.run(6, program).traceHash();
    return (first == again) + " " + (first == other);
  }

  /** Loaded after the JVM was patched, as programs are. */
  private static final class Code {
    private static ByteBuffer bytes(String text) {
      return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(ByteBuffer buffer) {
      buffer.flip();
      return StandardCharsets.UTF_8.decode(buffer).toString();
    }

    private static ServerSocketChannel listen() throws IOException {
      return ServerSocketChannel.open().bind(new InetSocketAddress(PORT));
    }

    private static void writeAll(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }

    /** Echoes each connection on a thread of its own. */
    private static void serveBlocking(Simulation sim) {
      sim.host("server")
          .start(
              () -> {
                try (ServerSocketChannel listener = listen()) {
                  while (true) {
                    SocketChannel peer = listener.accept();
                    new Thread(() -> echo(peer)).start();
                  }
                }
              });
      sim.sleep(Duration.ofMillis(1));
    }

    private static void echo(SocketChannel peer) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(1000);
      try (peer) {
        while (peer.read(buffer) >= 0) {
          buffer.flip();
          writeAll(peer, buffer);
          buffer.clear();
        }
      } catch (IOException e) {
        // The client has gone.
      }
    }

    /** Echoes all connections on one thread. */
    private static void serveSelecting(Simulation sim) {
      sim.host("server")
          .start(
              () -> {
                try (Selector selector = Selector.open();
                    ServerSocketChannel listener = listen()) {
                  listener.configureBlocking(false);
                  listener.register(selector, SelectionKey.OP_ACCEPT);
                  try {
                    while (true) {
                      selector.select();
                      Iterator<SelectionKey> keys = selector.selectedKeys().iterator();
                      while (keys.hasNext()) {
                        SelectionKey key = keys.next();
                        keys.remove();
                        turn(selector, key);
                      }
                    }
                  } finally {
                    for (SelectionKey each : selector.keys()) {
                      each.channel().close();
                    }
                  }
                }
              });
      sim.sleep(Duration.ofMillis(1));
    }

    private static void turn(Selector selector, SelectionKey key) throws IOException {
      if (key.isAcceptable()) {
        SocketChannel peer = ((ServerSocketChannel) key.channel()).accept();
        if (peer != null) {
          peer.configureBlocking(false);
          peer.register(selector, SelectionKey.OP_READ, ByteBuffer.allocate(100));
        }
        return;
      }
      SocketChannel peer = (SocketChannel) key.channel();
      ByteBuffer buffer = (ByteBuffer) key.attachment();
      if (key.isReadable() && peer.read(buffer) < 0) {
        peer.close();
        return;
      }
      buffer.flip();
      peer.write(buffer);
      buffer.compact();
      key.interestOps(
          buffer.position() == 0
              ? SelectionKey.OP_READ
              : buffer.hasRemaining()
                  ? SelectionKey.OP_READ | SelectionKey.OP_WRITE
                  : SelectionKey.OP_WRITE);
    }

    private static String ask(String text) throws IOException {
      try (SocketChannel channel = SocketChannel.open(new InetSocketAddress("server", PORT))) {
        writeAll(channel, bytes(text));
        ByteBuffer answer = ByteBuffer.allocate(text.length());
        while (answer.hasRemaining() && channel.read(answer) >= 0) {
          // More may come.
        }
        return text(answer);
      }
    }

    static String channels(Simulation sim) throws Exception {
      serveBlocking(sim);
      try (SocketChannel channel = SocketChannel.open()) {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.connect(new InetSocketAddress("server", PORT));
        return ask("hello")
            + " "
            + channel.getRemoteAddress()
            + " "
            + ((InetSocketAddress) channel.getLocalAddress()).getAddress()
            + " "
            + channel.getOption(StandardSocketOptions.TCP_NODELAY)
            + " "
            + channel.socket().isConnected();
      }
    }

    static String selector(Simulation sim) throws Exception {
      serveSelecting(sim);
      List<Object> answers = new ArrayList<>();
      List<Future<String>> asked = new ArrayList<>();
      try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
        for (int i = 0; i < 8; i++) {
          String text = "hello " + i;
          asked.add(pool.submit(() -> ask(text)));
        }
        for (Future<String> each : asked) {
          answers.add(each.get());
        }
      }
      return answers.toString();
    }

    /** A client that connects and asks without blocking. */
    static String many(Simulation sim) throws Exception {
      serveSelecting(sim);
      int clients = 50;
      int done = 0;
      try (Selector selector = Selector.open()) {
        for (int i = 0; i < clients; i++) {
          SocketChannel channel = SocketChannel.open();
          channel.configureBlocking(false);
          channel.connect(new InetSocketAddress("server", PORT));
          channel.register(selector, SelectionKey.OP_CONNECT, "number " + (100 + i));
        }
        while (done < clients) {
          selector.select(Code::turnOfClient, 10_000);
          done = 0;
          for (SelectionKey each : selector.keys()) {
            done += each.attachment() instanceof Boolean ? 1 : 0;
          }
        }
        int right = 0;
        for (SelectionKey each : selector.keys()) {
          sim.note("key of " + ((SocketChannel) each.channel()).getLocalAddress());
          right += Boolean.TRUE.equals(each.attachment()) ? 1 : 0;
          each.channel().close();
        }
        return right + " of " + clients;
      }
    }

    private static void turnOfClient(SelectionKey key) {
      SocketChannel channel = (SocketChannel) key.channel();
      try {
        if (key.isConnectable() && channel.finishConnect()) {
          key.interestOps(SelectionKey.OP_READ);
          writeAll(channel, bytes((String) key.attachment()));
        } else if (key.isReadable()) {
          String asked = (String) key.attachment();
          ByteBuffer answer = ByteBuffer.allocate(asked.length());
          // The rest, if it came in pieces, is on its way.
          while (answer.hasRemaining() && channel.read(answer) >= 0) {
            Thread.sleep(1);
          }
          key.attach(text(answer).equals(asked));
          key.interestOps(0);
        }
      } catch (IOException | InterruptedException e) {
        key.attach(Boolean.FALSE);
        key.interestOps(0);
      }
    }

    private static long after(Simulation sim, Duration before) {
      return sim.time().minus(before).toMillis();
    }

    static String selectTimesOut(Simulation sim) throws Exception {
      try (Selector selector = Selector.open();
          ServerSocketChannel listener = listen()) {
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT);
        Duration before = sim.time();
        int found = selector.select(3000);
        return found + " after " + after(sim, before) + ", " + selector.selectNow();
      }
    }

    static String woken(Simulation sim) throws Exception {
      try (Selector selector = Selector.open()) {
        Duration before = sim.time();
        Thread waker =
            new Thread(
                () -> {
                  sim.sleep(Duration.ofSeconds(2));
                  selector.wakeup();
                });
        waker.start();
        int found = selector.select();
        selector.wakeup();
        selector.wakeup();
        int again = selector.select();
        return found + " " + again + " after " + after(sim, before) + ", " + selector.selectNow();
      }
    }

    static String refused(Simulation sim) throws Exception {
      sim.host("server");
      List<Object> seen = new ArrayList<>();
      try (SocketChannel channel = SocketChannel.open()) {
        channel.connect(new InetSocketAddress("server", PORT));
      } catch (IOException e) {
        seen.add(e.getClass().getSimpleName());
      }
      try (SocketChannel channel = SocketChannel.open();
          Selector selector = Selector.open()) {
        channel.configureBlocking(false);
        seen.add(channel.connect(new InetSocketAddress("server", PORT)));
        seen.add(channel.finishConnect());
        channel.register(selector, SelectionKey.OP_CONNECT);
        seen.add(selector.select());
        channel.finishConnect();
      } catch (IOException e) {
        seen.add(e.getClass().getSimpleName());
      }
      return seen.toString();
    }

    private interface Attempt {
      Object run() throws Exception;
    }

    private static String attempt(Simulation sim, Attempt attempt) {
      Duration before = sim.time();
      Object outcome;
      try {
        outcome = attempt.run();
      } catch (Exception e) {
        outcome = e.getClass().getSimpleName();
      }
      return outcome + " after " + after(sim, before);
    }

    private static void later(Simulation sim, AutoCloseable what) {
      new Thread(
              () -> {
                sim.sleep(Duration.ofMillis(500));
                try {
                  what.close();
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              })
          .start();
    }

    static String closedMeanwhile(Simulation sim) throws Exception {
      serveBlocking(sim);
      List<String> seen = new ArrayList<>();
      SocketChannel reading = SocketChannel.open(new InetSocketAddress("server", PORT));
      later(sim, reading);
      seen.add(attempt(sim, () -> reading.read(ByteBuffer.allocate(1))));
      ServerSocketChannel accepting = ServerSocketChannel.open().bind(new InetSocketAddress(0));
      later(sim, accepting);
      seen.add(attempt(sim, accepting::accept));
      DatagramChannel receiving = DatagramChannel.open().bind(new InetSocketAddress(0));
      later(sim, receiving);
      seen.add(attempt(sim, () -> receiving.receive(ByteBuffer.allocate(1))));
      DatagramSocket socket = new DatagramSocket();
      later(sim, socket);
      seen.add(
          attempt(
              sim,
              () -> {
                socket.receive(new DatagramPacket(new byte[1], 1));
                return "received";
              }));
      Selector selector = Selector.open();
      later(sim, selector);
      seen.add(attempt(sim, selector::select));
      sim.sleep(Duration.ofMillis(1));
      return seen.toString();
    }

    static String interrupted(Simulation sim) throws Exception {
      serveBlocking(sim);
      SocketChannel reading = SocketChannel.open(new InetSocketAddress("server", PORT));
      String[] seen = new String[1];
      Thread reader =
          new Thread(() -> seen[0] = attempt(sim, () -> reading.read(ByteBuffer.allocate(1))));
      reader.start();
      sim.sleep(Duration.ofMillis(500));
      reader.interrupt();
      reader.join();
      return seen[0] + " " + reading.isOpen();
    }

    static String datagramSockets(Simulation sim) throws Exception {
      sim.host("server")
          .start(
              () -> {
                try (DatagramSocket socket = new DatagramSocket(PORT)) {
                  while (true) {
                    DatagramPacket packet = new DatagramPacket(new byte[100], 100);
                    socket.receive(packet);
                    socket.send(packet);
                  }
                }
              });
      sim.sleep(Duration.ofMillis(1));
      List<Object> seen = new ArrayList<>();
      try (DatagramSocket socket = new DatagramSocket()) {
        InetAddress server = InetAddress.getByName("server");
        socket.setSoTimeout(1000);
        socket.send(new DatagramPacket("hello".getBytes(StandardCharsets.UTF_8), 5, server, PORT));
        DatagramPacket answer = new DatagramPacket(new byte[3], 3);
        socket.receive(answer);
        seen.add(new String(answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8));
        seen.add(answer.getSocketAddress());
        seen.add(
            attempt(
                sim,
                () -> {
                  socket.receive(answer);
                  return "received";
                }));
        socket.connect(server, PORT + 1);
        socket.send(new DatagramPacket(new byte[1], 1));
        seen.add(
            attempt(
                    sim,
                    () -> {
                      socket.receive(answer);
                      return "received";
                    })
                .replaceAll(" .*", ""));
        socket.disconnect();
        socket.send(new DatagramPacket("again".getBytes(StandardCharsets.UTF_8), 5, server, PORT));
        DatagramPacket rest = new DatagramPacket(new byte[100], 100);
        socket.receive(rest);
        seen.add(new String(rest.getData(), 0, rest.getLength(), StandardCharsets.UTF_8));
      }
      return seen.toString();
    }

    static String datagramChannels(Simulation sim) throws Exception {
      sim.host("server")
          .start(
              () -> {
                try (Selector selector = Selector.open();
                    DatagramChannel channel = DatagramChannel.open()) {
                  channel.bind(new InetSocketAddress(PORT));
                  channel.configureBlocking(false);
                  channel.register(selector, SelectionKey.OP_READ);
                  ByteBuffer buffer = ByteBuffer.allocate(100);
                  while (true) {
                    selector.select();
                    selector.selectedKeys().clear();
                    SocketAddress from = channel.receive(buffer);
                    while (from != null) {
                      buffer.flip();
                      channel.send(buffer, from);
                      buffer.clear();
                      from = channel.receive(buffer);
                    }
                  }
                }
              });
      sim.sleep(Duration.ofMillis(1));
      try (DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET)) {
        channel.connect(new InetSocketAddress("server", PORT));
        channel.write(bytes("hello"));
        ByteBuffer answer = ByteBuffer.allocate(100);
        int length = channel.read(answer);
        return length + " " + text(answer) + " " + channel.getRemoteAddress();
      }
    }

    static String lostDatagrams(Simulation sim) throws Exception {
      sim.network().loss(1.0);
      sim.host("server");
      try (DatagramSocket sender = new DatagramSocket();
          DatagramSocket receiver = new DatagramSocket(PORT)) {
        receiver.setSoTimeout(1000);
        sender.send(new DatagramPacket(new byte[1], 1, InetAddress.getByName("server"), PORT));
        return attempt(
            sim,
            () -> {
              receiver.receive(new DatagramPacket(new byte[1], 1));
              return "received";
            });
      }
    }

    static String group(Simulation sim) throws Exception {
      InetAddress group = InetAddress.getByName("230.0.0.1");
      String[] seen = new String[1];
      sim.host("server")
          .start(
              () -> {
                try (DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET)) {
                  channel.bind(new InetSocketAddress(PORT));
                  channel.join(group, java.net.NetworkInterface.getByIndex(1));
                  ByteBuffer buffer = ByteBuffer.allocate(10);
                  channel.receive(buffer);
                  seen[0] = text(buffer);
                }
              });
      sim.sleep(Duration.ofMillis(1));
      try (DatagramSocket sender = new DatagramSocket()) {
        sender.send(new DatagramPacket("to all".getBytes(StandardCharsets.UTF_8), 6, group, PORT));
      }
      sim.sleep(Duration.ofMillis(100));
      return seen[0];
    }

    static String ownPort(Simulation sim) throws Exception {
      int[] seen = new int[1];
      sim.host("server")
          .start(
              () -> {
                try (ServerSocketChannel listener = listen();
                    SocketChannel peer = listener.accept()) {
                  seen[0] = ((InetSocketAddress) peer.getRemoteAddress()).getPort();
                }
              });
      sim.sleep(Duration.ofMillis(1));
      List<Object> all = new ArrayList<>();
      try (SocketChannel channel = SocketChannel.open();
          SocketChannel other = SocketChannel.open()) {
        channel.bind(new InetSocketAddress(1234));
        all.add(attempt(sim, () -> other.bind(new InetSocketAddress(1234))));
        channel.connect(new InetSocketAddress("server", PORT));
        channel.read(ByteBuffer.allocate(1));
        all.add(((InetSocketAddress) channel.getLocalAddress()).getPort());
        all.add(seen[0]);
      }
      return all.toString();
    }

    static String scattered(Simulation sim) throws Exception {
      sim.network().fragmentation(0);
      serveBlocking(sim);
      try (SocketChannel channel = SocketChannel.open(new InetSocketAddress("server", PORT))) {
        long written = channel.write(new ByteBuffer[] {bytes("hel"), bytes("lo wo"), bytes("rld")});
        ByteBuffer[] parts = {ByteBuffer.allocate(4), ByteBuffer.allocateDirect(20)};
        long read = 0;
        while (read < written) {
          read += channel.read(parts);
        }
        return written + " " + text(parts[0]) + "|" + text(parts[1]);
      }
    }

    static String unix() throws Exception {
      UnixDomainSocketAddress path = UnixDomainSocketAddress.of("/run/any.sock");
      try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
        listener.bind(path);
        try (SocketChannel client = SocketChannel.open(path);
            SocketChannel server = listener.accept()) {
          writeAll(client, bytes("hello"));
          ByteBuffer got = ByteBuffer.allocate(5);
          while (got.hasRemaining()) {
            server.read(got);
          }
          return text(got) + " " + client.getRemoteAddress();
        }
      }
    }

    static String pipe() throws Exception {
      Pipe pipe = Pipe.open();
      try (Pipe.SinkChannel sink = pipe.sink();
          Pipe.SourceChannel source = pipe.source()) {
        new Thread(
                () -> {
                  try {
                    writeAll(sink, bytes("hello"));
                  } catch (IOException e) {
                    throw new IllegalStateException(e);
                  }
                })
            .start();
        ByteBuffer got = ByteBuffer.allocate(5);
        while (got.hasRemaining()) {
          source.read(got);
        }
        return text(got);
      }
    }

    static String halfClosed(Simulation sim) throws Exception {
      serveBlocking(sim);
      try (SocketChannel channel = SocketChannel.open(new InetSocketAddress("server", PORT))) {
        writeAll(channel, bytes("all of it"));
        channel.shutdownOutput();
        ByteBuffer answer = ByteBuffer.allocate(100);
        while (channel.read(answer) >= 0) {
          // Until its end.
        }
        return text(answer) + " " + attempt(sim, () -> channel.write(bytes("x")));
      }
    }

    /** Waits where nobody can leave the thread of the loop. */
    private static final class Initialised {
      static final int READ = read();

      private static int read() {
        try (SocketChannel channel = SocketChannel.open(new InetSocketAddress("server", PORT))) {
          return channel.read(ByteBuffer.allocate(1));
        } catch (IOException e) {
          return -2;
        }
      }
    }

    static Object inInitialiser(Simulation sim) {
      serveBlocking(sim);
      return Initialised.READ;
    }

    static String spinning(Simulation sim) throws Exception {
      serveBlocking(sim);
      try (SocketChannel channel = SocketChannel.open(new InetSocketAddress("server", PORT))) {
        channel.configureBlocking(false);
        while (channel.read(ByteBuffer.allocate(1)) == 0) {
          // Nobody ever answers, and time stands still.
        }
        return "ended";
      }
    }
  }
}
