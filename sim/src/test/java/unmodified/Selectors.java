package unmodified;

import static unmodified.ChannelCode.PORT;
import static unmodified.ChannelCode.after;
import static unmodified.ChannelCode.ask;
import static unmodified.ChannelCode.bytes;
import static unmodified.ChannelCode.listen;
import static unmodified.ChannelCode.text;
import static unmodified.ChannelCode.writeAll;

import dev.loomlet.sim.Simulation;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Code with selectors, loaded after the JVM was patched, as programs are. */
final class Selectors {
  private Selectors() {}

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
        selector.select(Selectors::turnOfClient, 10_000);
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
}
