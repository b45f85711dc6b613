package dev.loomlet.net;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static dev.loomlet.net.Pair.text;
import static dev.loomlet.net.UdpSocketTest.withTwo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.CancelScope;
import dev.loomlet.Cancelled;
import dev.loomlet.Greenlet;
import dev.loomlet.engine.ResourceBusyException;
import dev.loomlet.queue.Select;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.Repeat;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Timeout;

/**
 * How a UDP socket waits, and what ends that: time, cancellation, close, a peer that is not there.
 */
@Timeout(60)
final class UdpSocketWaitingTest {

  @OnEveryEngine
  void givesUpAfterATimeWithoutLosingADatagram(TestLoop loop) throws Exception {
    withTwo(
        loop,
        (near, far) -> {
          // given
          far.setReceiveTimeout(Duration.ofMillis(5));
          assertThatThrownBy(far::receive)
              .isInstanceOf(SocketTimeoutException.class)
              .hasMessageContaining("receive timed out after 5 ms")
              .hasMessageContaining(String.valueOf(far.port()));
          assertThatThrownBy(() -> far.receive(new byte[1]))
              .isInstanceOf(SocketTimeoutException.class);
          // when
          far.setReceiveTimeout(null);
          near.send(text("still there"), far.localAddress());
          // then
          assertThat(far.receive(Duration.ofSeconds(30)).text()).isEqualTo("still there");
          assertThatThrownBy(() -> far.receive(Duration.ZERO))
              .isInstanceOf(IllegalArgumentException.class);
        });
  }

  @OnEveryEngine
  void losesNoDatagramToTimeOutsThatRaceWithIt(TestLoop loop) throws Exception {
    withTwo(
        loop,
        (near, far) -> {
          // given
          int count = Repeat.times(200);
          InetSocketAddress to = far.localAddress();
          Greenlet<?> sender =
              spawn(
                  () -> {
                    for (int i = 0; i < count; i++) {
                      near.send(text(String.valueOf(i)), to);
                      sleep(i % 2);
                    }
                  });
          // when
          List<String> received = new ArrayList<>();
          while (received.size() < count) {
            try {
              received.add(far.receive(Duration.ofNanos(900_000)).text());
            } catch (SocketTimeoutException e) {
              assertThat(sender.isDone() && received.size() < count)
                  .as("the last of %d were lost", count)
                  .isFalse();
            }
          }
          // then
          for (int i = 0; i < count; i++) {
            assertThat(received.get(i)).isEqualTo(String.valueOf(i));
          }
        });
  }

  @OnEveryEngine
  void isCancelledAlsoWhenADatagramIsThereAndLeavesIt(TestLoop loop) throws Exception {
    withTwo(
        loop,
        (near, far) -> {
          near.send(text("kept"), far.localAddress());
          sleep(2);
          InetSocketAddress to = far.localAddress();
          CancelScope scope = new CancelScope();
          scope.run(
              () -> {
                scope.cancel();
                assertThatThrownBy(far::receive).isInstanceOf(Cancelled.class);
                assertThatThrownBy(() -> far.receive(new byte[9])).isInstanceOf(Cancelled.class);
                assertThatThrownBy(() -> near.send(text("not sent"), to))
                    .isInstanceOf(Cancelled.class);
              });
          assertThat(far.receive().text()).isEqualTo("kept");
          assertThatThrownBy(() -> far.receive(Duration.ofMillis(2)))
              .isInstanceOf(SocketTimeoutException.class);
        });
  }

  @OnEveryEngine
  void isCancelledWhileItWaits(TestLoop loop) throws Exception {
    withTwo(
        loop,
        (near, far) -> {
          Greenlet<?> receiver = spawn(() -> far.receive());
          sleep(2);
          receiver.cancel(true);
          receiver.join();
          near.send(text("for the next"), far.localAddress());
          assertThat(far.receive().text()).isEqualTo("for the next");
        });
  }

  @OnEveryEngine
  void endsWaitsWhenItIsClosed(TestLoop loop) throws Exception {
    withTwo(
        loop,
        (near, far) -> {
          Greenlet<?> receiver = spawn(() -> far.receive());
          sleep(2);
          far.close();
          far.close();
          assertThat(far.isOpen()).isFalse();
          assertThatThrownBy(receiver::get)
              .hasRootCauseInstanceOf(SocketException.class)
              .rootCause()
              .hasMessageContaining("closed while");
          assertThatThrownBy(far::receive)
              .isInstanceOf(SocketException.class)
              .hasMessageContaining("is closed");
          assertThatThrownBy(() -> far.send(text("x"), near.localAddress()))
              .isInstanceOf(SocketException.class);
          assertThatThrownBy(() -> far.setOption(StandardSocketOptions.SO_RCVBUF, 9999))
              .isInstanceOf(SocketException.class);
        });
  }

  @OnEveryEngine
  void letsOneGreenletReceiveAtATime(TestLoop loop) throws Exception {
    withTwo(
        loop,
        (near, far) -> {
          Greenlet<String> first = spawn("first", () -> far.receive().text());
          sleep(2);
          assertThatThrownBy(far::receive)
              .isInstanceOf(ResourceBusyException.class)
              .hasMessageContaining("first");
          near.send(text("undisturbed"), far.localAddress());
          assertThat(first.get()).isEqualTo("undisturbed");
        });
  }

  @OnEveryEngine
  void letsManySendAtOnce(TestLoop loop) throws Exception {
    withTwo(
        loop,
        (near, far) -> {
          // given: more than one who sends big datagrams through one socket
          far.setOption(StandardSocketOptions.SO_RCVBUF, 4_000_000);
          InetSocketAddress to = far.localAddress();
          int senders = 8;
          int each = 4;
          List<Greenlet<?>> all = new ArrayList<>();
          for (int i = 0; i < senders; i++) {
            byte[] data = new byte[20_000];
            data[0] = (byte) i;
            all.add(
                spawn(
                    () -> {
                      for (int n = 0; n < each; n++) {
                        data[1] = (byte) n;
                        near.send(data, to);
                      }
                    }));
          }
          // when: loopback keeps all that fits into the receive buffer
          Set<Integer> seen = new HashSet<>();
          byte[] room = new byte[20_000];
          try {
            while (seen.size() < senders * each) {
              far.setReceiveTimeout(Duration.ofSeconds(5));
              assertThat(far.receive(room)).isEqualTo(20_000);
              seen.add(room[0] * 100 + room[1]);
            }
          } catch (SocketTimeoutException e) {
            // The kernel may drop what has no room; that each send succeeded is what counts.
            assertThat(seen).isNotEmpty();
          }
          // then
          for (Greenlet<?> sender : all) {
            sender.get();
          }
        });
  }

  @OnEveryEngine
  void talksToOnePeerOnceConnected(TestLoop loop) throws Exception {
    withTwo(
        loop,
        (near, far) -> {
          try (UdpSocket stranger = UdpSocket.bind("127.0.0.1", 0)) {
            // given: a datagram of somebody else is queued already
            stranger.send(text("before"), near.localAddress());
            sleep(2);
            // when
            near.connect(far.localAddress());
            stranger.send(text("after"), near.localAddress());
            near.send(text("question"));
            Datagram question = far.receive();
            far.send(text("answer"), question.sender());
            // then
            assertThat(near.remoteAddress()).isEqualTo(far.localAddress());
            assertThat(near.receive().text()).isEqualTo("answer");
            assertThatThrownBy(() -> near.receive(Duration.ofMillis(3)))
                .isInstanceOf(SocketTimeoutException.class);
            near.send(text("named"), far.localAddress());
            assertThat(far.receive().text()).isEqualTo("named");
            assertThatThrownBy(() -> near.send(text("x"), stranger.localAddress()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("connected");
            assertThatThrownBy(() -> near.connect(stranger.localAddress()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("connected already");
          }
        });
  }

  @OnEveryEngine
  void reportsThatNobodyListensWhereItIsConnectedTo(TestLoop loop) throws Exception {
    withTwo(
        loop,
        (near, far) -> {
          // given
          InetSocketAddress gone = far.localAddress();
          far.close();
          near.connect(gone);
          // when: the answer to the first datagram is that nobody is there
          near.send(text("anybody?"));
          // then
          assertThatThrownBy(() -> near.receive(Duration.ofSeconds(30)))
              .isInstanceOf(PortUnreachableException.class)
              .hasMessageContaining(String.valueOf(gone.getPort()));
          // and whoever comes later is found
          try (UdpSocket late = UdpSocket.bind(gone, UdpOptions.DEFAULT)) {
            near.send(text("now?"));
            assertThat(late.receive().text()).isEqualTo("now?");
          }
        });
  }

  @OnEveryEngine
  void wakesAReceiverWhenItsPeerTurnsOutNotToBeThere(TestLoop loop) throws Exception {
    withTwo(
        loop,
        (near, far) -> {
          InetSocketAddress gone = far.localAddress();
          far.close();
          near.connect(gone);
          Greenlet<?> receiver = spawn(() -> near.receive());
          sleep(2);
          near.send(text("anybody?"));
          assertThatThrownBy(receiver::get).hasRootCauseInstanceOf(PortUnreachableException.class);
        });
  }

  @OnEveryEngine
  void canBeSelected(TestLoop loop) throws Exception {
    withTwo(
        loop,
        (near, far) -> {
          // given
          Greenlet<String> selecting =
              spawn(
                  () ->
                      Select.<String>first()
                          .readable(near, _ -> "near")
                          .readable(far, socket -> "far " + socket.receive().text())
                          .await());
          sleep(2);
          // when
          near.send(text("hello"), far.localAddress());
          // then
          assertThat(selecting.get()).isEqualTo("far hello");
          near.send(text("again"), far.localAddress());
          assertThat(
                  Select.<String>first()
                      .readable(far, socket -> socket.receive().text())
                      .readable(near, _ -> "near")
                      .await())
              .isEqualTo("again");
        });
  }

  @OnEveryEngine
  void hasOptions(TestLoop loop) throws Exception {
    withTwo(
        loop,
        (near, far) -> {
          near.setOption(StandardSocketOptions.SO_BROADCAST, true);
          assertThat(near.getOption(StandardSocketOptions.SO_BROADCAST)).isTrue();
          near.setOption(StandardSocketOptions.SO_RCVBUF, 100_000);
          assertThat(near.getOption(StandardSocketOptions.SO_RCVBUF))
              .isGreaterThanOrEqualTo(100_000);
          near.setOption(StandardSocketOptions.IP_MULTICAST_TTL, 7);
          assertThat(near.getOption(StandardSocketOptions.IP_MULTICAST_TTL)).isEqualTo(7);
          near.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, false);
          assertThat(near.getOption(StandardSocketOptions.IP_MULTICAST_LOOP)).isFalse();
          assertThatThrownBy(() -> near.setOption(StandardSocketOptions.TCP_NODELAY, true))
              .isInstanceOfAny(UnsupportedOperationException.class, IOException.class);
          UdpOptions shared = UdpOptions.DEFAULT.withReusePort(true);
          try (UdpSocket one = UdpSocket.bind(new InetSocketAddress("127.0.0.1", 0), shared);
              UdpSocket other = UdpSocket.bind(one.localAddress(), shared)) {
            assertThat(other.port()).isEqualTo(one.port());
          }
        });
  }
}
