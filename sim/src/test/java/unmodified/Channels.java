package unmodified;

import static unmodified.Attempt.attempt;
import static unmodified.ChannelCode.PORT;
import static unmodified.ChannelCode.ask;
import static unmodified.ChannelCode.bytes;
import static unmodified.ChannelCode.listen;
import static unmodified.ChannelCode.text;
import static unmodified.ChannelCode.writeAll;

import dev.loomlet.sim.SimMain;
import dev.loomlet.sim.Simulation;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Starts programs with channels, selectors and datagram sockets in simulations. */
public final class Channels {
  private Channels() {}

  /** Prints. */
  public static void main(String[] unused) throws Exception {
    Answers.patch();
    Answers.print("channels", 1, Code::channels);
    Answers.print("selector", 1, Selectors::selector);
    System.out.println("selector trace: " + traces(Selectors::selector));
    Answers.print("many", 1, Selectors::many);
    System.out.println("many trace: " + traces(Selectors::many));
    Answers.print("select times out", 1, Selectors::selectTimesOut);
    Answers.print("woken", 1, Selectors::woken);
    Answers.print("refused", 1, Code::refused);
    Answers.print("closed meanwhile", 1, Code::closedMeanwhile);
    Answers.print("interrupted", 1, Code::interrupted);
    Answers.print("datagram sockets", 1, Datagrams::datagramSockets);
    Answers.print("datagram channels", 1, Datagrams::datagramChannels);
    Answers.print("lost datagrams", 1, Datagrams::lostDatagrams);
    Answers.print("group", 1, Datagrams::group);
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
