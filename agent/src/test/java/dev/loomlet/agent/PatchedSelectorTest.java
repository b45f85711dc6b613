package dev.loomlet.agent;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.loomlet.Loop;
import dev.loomlet.engine.Engines;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Channels that are waited for by a selector only. */
class PatchedSelectorTest {
  private static final int CONNECTIONS = 20;
  private static final int ROUNDS = 15;

  @BeforeAll
  static void patch() {
    assertThat(Patch.all().of(Topic.SOCKETS).patched()).isTrue();
  }

  /** Clients, and their peers behind one selector. */
  private static final class Connections implements AutoCloseable {
    final List<SocketChannel> clients = new ArrayList<>();
    final List<SelectionKey> keys = new ArrayList<>();
    final Selector selector = Selector.open();

    Connections(int count) throws IOException {
      try (ServerSocketChannel listener = ServerSocketChannel.open()) {
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), count);
        for (int i = 0; i < count; i++) {
          clients.add(SocketChannel.open(listener.getLocalAddress()));
          SocketChannel peer = listener.accept();
          peer.configureBlocking(false);
          keys.add(peer.register(selector, SelectionKey.OP_READ));
        }
      }
    }

    /** By all clients. */
    void sayHello() throws IOException {
      for (SocketChannel each : clients) {
        each.write(US_ASCII.encode("hello"));
      }
    }

    @Override
    public void close() throws IOException {
      for (SocketChannel each : clients) {
        each.close();
      }
      for (SelectionKey each : keys) {
        each.channel().close();
      }
      selector.close();
    }
  }

  private interface Code {
    void run(Connections connections) throws Exception;
  }

  private static void withConnections(String engine, int count, Code code) throws Exception {
    OnEachEngine.Names.run(
        engine,
        () -> {
          try (Connections connections = new Connections(count)) {
            code.run(connections);
          }
        });
  }

  private static void withConnectionsOnRing(int count, Code code) throws Exception {
    assumeTrue(List.of(OnEachEngine.Names.all()).contains("io_uring"));
    withConnections("io_uring", count, code);
  }

  /** Deals with each message in a thread of its own, and has no interest in others meanwhile. */
  private static final class EchoServer {
    private final Selector selector;
    private final ArrayDeque<SelectionKey> handled = new ArrayDeque<>();
    private int unfinished;

    EchoServer(Selector selector) {
      this.selector = selector;
    }

    /** Answers so many messages. */
    void run(int messages) throws IOException {
      int begun = 0;
      while (begun < messages || unfinished > 0) {
        selector.select();
        for (SelectionKey each : selector.selectedKeys()) {
          each.interestOps(0);
          begun++;
          unfinished++;
          Thread.startVirtualThread(() -> handle(each));
        }
        selector.selectedKeys().clear();
        for (SelectionKey each = handled.poll(); each != null; each = handled.poll()) {
          each.interestOps(SelectionKey.OP_READ);
        }
      }
    }

    private void handle(SelectionKey key) {
      SocketChannel channel = (SocketChannel) key.channel();
      ByteBuffer message = ByteBuffer.allocateDirect(16);
      try {
        channel.read(message);
        message.flip();
        ByteBuffer length = ByteBuffer.wrap(new byte[] {(byte) message.remaining()});
        channel.write(new ByteBuffer[] {length, message});
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      unfinished--;
      handled.add(key);
      selector.wakeup();
    }
  }

  /** Sends all clients' messages, has them answered, and looks at the answers. */
  private static void exchange(Connections connections, EchoServer server, int round)
      throws IOException {
    for (int i = 0; i < connections.clients.size(); i++) {
      connections.clients.get(i).write(US_ASCII.encode(message(i, round)));
    }
    server.run(connections.clients.size());
    for (int i = 0; i < connections.clients.size(); i++) {
      String message = message(i, round);
      ByteBuffer answer = ByteBuffer.allocate(message.length() + 1);
      while (answer.hasRemaining() && connections.clients.get(i).read(answer) >= 0) {
        // More may come.
      }
      assertThat(answer.get(0)).isEqualTo((byte) message.length());
      assertThat(new String(answer.array(), 1, message.length(), US_ASCII)).isEqualTo(message);
    }
  }

  private static String message(int client, int round) {
    return client + ":" + round;
  }

  @OnEachEngine
  void whoeverDealsWithASelectedChannelGetsAndSendsWhatIsMeantForIt(String engine)
      throws Exception {
    withConnections(
        engine,
        CONNECTIONS,
        connections -> {
          EchoServer server = new EchoServer(connections.selector);
          for (int round = 0; round < ROUNDS; round++) {
            exchange(connections, server, round);
          }
        });
  }

  @Test
  void selectedChannelsAreReadAndWrittenByFewSystemCalls() throws Exception {
    withConnectionsOnRing(
        CONNECTIONS,
        connections -> {
          // given: messages for all
          connections.sayHello();
          // when
          long before = Loop.current().engine().systemCalls();
          new EchoServer(connections.selector).run(CONNECTIONS);
          long made = Loop.current().engine().systemCalls() - before;
          // then: not one for each
          assertThat(made).isLessThan(CONNECTIONS / 2);
        });
  }

  @Test
  void aThreadThatReadsWhatItHasSelectedItselfDoesNotWaitForOthersForLong() throws Exception {
    withConnections(
        Engines.AUTO,
        CONNECTIONS,
        connections -> {
          connections.sayHello();
          // given: somebody who is always ready
          int[] turns = {0};
          boolean[] over = {false};
          Thread other =
              Thread.startVirtualThread(
                  () -> {
                    while (!over[0]) {
                      turns[0]++;
                      Thread.yield();
                    }
                  });
          Thread.yield();
          // when
          connections.selector.select();
          int before = turns[0];
          for (SelectionKey each : connections.selector.selectedKeys()) {
            assertThat(((SocketChannel) each.channel()).read(ByteBuffer.allocate(9))).isEqualTo(5);
          }
          int waited = turns[0] - before;
          over[0] = true;
          other.join();
          // then: at most one read has waited for company until the end of a turn
          assertThat(connections.selector.selectedKeys()).hasSize(CONNECTIONS);
          assertThat(waited).isLessThan(2 * 256);
        });
  }

  @OnEachEngine
  void aWakeUpByWhoDealsWithASelectedChannelEndsASelectThatFindsNothing(String engine)
      throws Exception {
    withConnections(
        engine,
        CONNECTIONS,
        connections -> {
          connections.sayHello();
          Selector selector = connections.selector;
          selector.select();
          // given: others who have it read, and wake the selector up when they have
          int[] woken = {0};
          int selected = selector.selectedKeys().size();
          for (SelectionKey each : selector.selectedKeys()) {
            each.interestOps(0);
            Thread.startVirtualThread(
                () -> {
                  read(each);
                  woken[0]++;
                  selector.wakeup();
                });
          }
          selector.selectedKeys().clear();
          // when: they are let finish by a select, and there is no other message
          int found = 0;
          while (woken[0] < selected) {
            found += selector.select();
            selector.selectedKeys().clear();
          }
          // then: no select waits for ever; and nothing of a wake-up is left for the next one
          assertThat(found).isZero();
          selector.selectNow();
          connections.keys.getFirst().interestOps(SelectionKey.OP_READ);
          connections.clients.getFirst().write(US_ASCII.encode("again"));
          assertThat(selector.select()).isEqualTo(1);
        });
  }

  private static void read(SelectionKey key) {
    try {
      ((SocketChannel) key.channel()).read(ByteBuffer.allocateDirect(16));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whoDealsWithASelectedChannelWakesTheSelectorUpWithoutItsDescriptor() throws Exception {
    withConnectionsOnRing(
        CONNECTIONS,
        connections -> {
          connections.sayHello();
          Selector selector = connections.selector;
          selector.select();
          // given
          List<Boolean> byDescriptor = new ArrayList<>();
          int selected = selector.selectedKeys().size();
          for (SelectionKey each : selector.selectedKeys()) {
            Thread.startVirtualThread(
                () -> {
                  read(each);
                  selector.wakeup();
                  byDescriptor.add(JdkAccess.isWokenUp(selector));
                });
          }
          selector.selectedKeys().clear();
          // when: a select lets them finish
          selector.selectNow();
          // then
          assertThat(byDescriptor).hasSize(selected).containsOnly(false);
          // and outside of a select it is told as ever
          selector.wakeup();
          assertThat(JdkAccess.isWokenUp(selector)).isTrue();
          assertThat(selector.select()).isZero();
        });
  }

  @Test
  void aSelectorThatWaitsIsHeardOfByOneSystemCall() throws Exception {
    withConnectionsOnRing(
        1,
        connections -> {
          SocketChannel client = connections.clients.getFirst();
          SocketChannel peer = (SocketChannel) connections.keys.getFirst().channel();
          ByteBuffer message = ByteBuffer.allocateDirect(16);
          // given: the peer's end of each message is read by who selects
          long before = Loop.current().engine().systemCalls();
          for (int i = 0; i < ROUNDS; i++) {
            Thread sender =
                Thread.startVirtualThread(
                    () -> {
                      try {
                        client.write(US_ASCII.encode("hello"));
                      } catch (IOException e) {
                        throw new UncheckedIOException(e);
                      }
                    });
            // when
            assertThat(connections.selector.select()).isEqualTo(1);
            connections.selector.selectedKeys().clear();
            peer.read(message.clear());
            sender.join();
          }
          long made = Loop.current().engine().systemCalls() - before;
          // then: one to write, one to wait, one to read, and not one more to hear of it
          assertThat(made).isLessThan(7 * ROUNDS / 2);
        });
  }

  private static boolean postpone(Selector selector) {
    synchronized (selector) {
      return SelectorUpdates.postpone(selector, false);
    }
  }

  @Test
  void interestThatWasTakenAwayNeedNotBeToldToTheKernelInASelectThatDoesNotWait() throws Exception {
    try (Connections connections = new Connections(1)) {
      // given: the kernel knows of the interest
      SelectionKey key = connections.keys.getFirst();
      connections.selector.selectNow();
      int told = JdkAccess.registered(key);
      assertThat(told).isNotZero();
      // when
      key.interestOps(0);
      connections.selector.wakeup();
      boolean postponed = postpone(connections.selector);
      // then
      assertThat(postponed).isTrue();
      assertThat(JdkAccess.registered(key)).isEqualTo(told);
      // and it is told when a select might wait for it
      connections.selector.selectNow();
      assertThat(JdkAccess.registered(key)).isZero();
    }
  }

  @Test
  void newInterestIsToldAtOnceThoughOtherInterestWasTakenAway() throws Exception {
    try (Connections connections = new Connections(3)) {
      // given
      SelectionKey known = connections.keys.get(0);
      SelectionKey grows = connections.keys.get(1);
      connections.selector.selectNow();
      int told = JdkAccess.registered(known);
      // when
      known.interestOps(0);
      grows.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
      connections.selector.wakeup();
      boolean postponed = postpone(connections.selector);
      // then
      assertThat(postponed).isTrue();
      assertThat(JdkAccess.registered(grows)).isEqualTo(JdkAccess.interest(grows));
      assertThat(JdkAccess.registered(known)).isEqualTo(told);
      connections.selector.selectNow();
      assertThat(connections.selector.selectedKeys()).containsExactly(grows);
      assertThat(JdkAccess.registered(known)).isZero();
    }
  }

  @Test
  void allIsToldBeforeASelectThatMayWait() throws Exception {
    try (Connections connections = new Connections(1)) {
      connections.selector.selectNow();
      connections.keys.getFirst().interestOps(0);
      assertThat(postpone(connections.selector)).isFalse();
    }
  }
}
