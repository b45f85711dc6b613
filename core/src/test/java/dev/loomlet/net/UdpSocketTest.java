package dev.loomlet.net;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Timeout;

/** What a UDP socket carries, between which addresses, and in which pieces. */
@Timeout(60)
final class UdpSocketTest {
  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  interface Code {
    void run(UdpSocket near, UdpSocket far) throws Exception;
  }

  /** Two sockets on loopback that know nothing of each other. */
  static void withTwo(TestLoop loop, Code code) throws Exception {
    loop.run(
        () -> {
          try (UdpSocket near = UdpSocket.bind("127.0.0.1", 0);
              UdpSocket far = UdpSocket.bind("127.0.0.1", 0)) {
            code.run(near, far);
          }
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void carriesArraysBuffersAndSegmentsEachAsOneDatagram(TestLoop loop) throws Exception {
    withTwo(
        loop,
        (near, far) -> {
          InetSocketAddress to = far.localAddress();
          // when: one of each kind
          near.send(text("array"), to);
          near.send(ByteBuffer.wrap(text("xheap"), 1, 4), to);
          ByteBuffer direct = ByteBuffer.allocateDirect(6).put(text("direct")).flip();
          near.send(direct, to);
          near.send(MemorySegment.ofArray(text("segment")), to);
          try (Arena arena = Arena.ofConfined()) {
            near.send(arena.allocateFrom("native").asSlice(0, 6), to);
          }

          // then: received in as many ways, with their bounds
          assertThat(direct.hasRemaining()).isFalse();
          Datagram first = far.receive();
          assertThat(first.text()).isEqualTo("array");
          assertThat(first.sender()).isEqualTo(near.localAddress());
          byte[] array = new byte[10];
          assertThat(far.receive(array)).isEqualTo(4);
          assertThat(array).startsWith(text("heap"));
          ByteBuffer buffer = ByteBuffer.allocateDirect(20).position(2);
          assertThat(far.receive(buffer)).isEqualTo(6);
          assertThat(buffer.position()).isEqualTo(8);
          assertThat(StandardCharsets.UTF_8.decode(buffer.flip().position(2)).toString())
              .isEqualTo("direct");
          ByteBuffer heap = ByteBuffer.allocate(20).position(3);
          assertThat(far.receive(heap)).isEqualTo(7);
          assertThat(heap.position()).isEqualTo(10);
          try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(20);
            assertThat(far.receive(memory)).isEqualTo(6);
            assertThat(memory.asSlice(0, 6).toArray(ValueLayout.JAVA_BYTE))
                .isEqualTo(text("native"));
          }
        });
  }

  @OnEveryEngine
  void waitsForADatagramWhileOthersRun(TestLoop loop) throws Exception {
    withTwo(
        loop,
        (near, far) -> {
          // given
          Greenlet<String> receiver = spawn(() -> far.receive().text());
          sleep(5);
          assertThat(receiver.isDone()).isFalse();
          // when
          near.send(text("late"), far.localAddress());
          // then
          assertThat(receiver.get()).isEqualTo("late");
        });
  }

  @OnEveryEngine
  void carriesEmptyDatagramsAndTheLongest(TestLoop loop) throws Exception {
    withTwo(
        loop,
        (near, far) -> {
          // given
          byte[] longest = new byte[UdpSocket.MAX_LENGTH];
          new Random(3).nextBytes(longest);
          // when
          near.send(new byte[0], far.localAddress());
          near.send(longest, far.localAddress());
          near.send(new byte[0], far.localAddress());
          // then
          Datagram empty = far.receive();
          assertThat(empty.data()).isEmpty();
          assertThat(empty.sender()).isEqualTo(near.localAddress());
          assertThat(far.receive().data()).isEqualTo(longest);
          assertThat(far.receive(new byte[5])).isZero();
        });
  }

  @OnEveryEngine
  void refusesWhatIsTooLongForADatagram(TestLoop loop) throws Exception {
    withTwo(
        loop,
        (near, far) -> {
          assertThatThrownBy(
                  () -> near.send(new byte[UdpSocket.MAX_LENGTH + 1], far.localAddress()))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("65507")
              .hasMessageContaining("65508");
          // the socket is as good as before
          near.send(text("short"), far.localAddress());
          assertThat(far.receive().text()).isEqualTo("short");
        });
  }

  @OnEveryEngine
  void tellsTheLengthOfADatagramThatWasCutOff(TestLoop loop) throws Exception {
    withTwo(
        loop,
        (near, far) -> {
          // given
          near.send(text("much too long"), far.localAddress());
          near.send(text("next"), far.localAddress());
          // when
          byte[] room = new byte[4];
          int length = far.receive(room);
          // then: the rest is lost, and the next one is whole
          assertThat(length).isEqualTo(13);
          assertThat(room).isEqualTo(text("much"));
          assertThat(far.sender()).isEqualTo(near.localAddress());
          ByteBuffer buffer = ByteBuffer.allocate(2);
          assertThat(far.receive(buffer)).isEqualTo(4);
          assertThat(buffer.hasRemaining()).isFalse();
        });
  }

  @OnEveryEngine
  void speaksIpv6AndIpv4WhenItIsBoundToNeither(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (UdpSocket open = UdpSocket.open();
              UdpSocket four = UdpSocket.bind("127.0.0.1", 0)) {
            // when, then: by IPv4
            open.send(text("to four"), four.localAddress());
            Datagram question = four.receive();
            assertThat(question.sender().getAddress())
                .isEqualTo(InetAddress.ofLiteral("127.0.0.1"));
            four.send(text("from four"), question.sender());
            Datagram answer = open.receive();
            assertThat(answer.text()).isEqualTo("from four");
            assertThat(answer.sender()).isEqualTo(four.localAddress());
            // by IPv6, if this machine has it
            UdpSocket six;
            try {
              six = UdpSocket.bind("::1", 0);
            } catch (BindException | UnsupportedOperationException e) {
              System.err.println("no IPv6 here: " + e.getMessage());
              return;
            }
            try (six) {
              open.send(text("to six"), six.localAddress());
              Datagram other = six.receive();
              assertThat(other.text()).isEqualTo("to six");
              six.send(text("from six"), other.sender());
              assertThat(open.receive().sender()).isEqualTo(six.localAddress());
            }
          }
        });
  }

  @OnEveryEngine
  void namesTheSenderByTheSameObjectWhileItIsTheSame(TestLoop loop) throws Exception {
    withTwo(
        loop,
        (near, far) -> {
          assertThatThrownBy(far::sender).isInstanceOf(IllegalStateException.class);
          near.send(text("one"), far.localAddress());
          near.send(text("two"), far.localAddress());
          far.receive();
          InetSocketAddress first = far.sender();
          far.receive();
          assertThat(far.sender()).isEqualTo(first);
          // another one
          try (UdpSocket third = UdpSocket.bind("127.0.0.1", 0)) {
            third.send(text("three"), far.localAddress());
            far.receive();
            assertThat(far.sender()).isEqualTo(third.localAddress()).isNotEqualTo(first);
          }
        });
  }

  @OnEveryEngine
  void refusesAddressesThatCannotBe(TestLoop loop) throws Exception {
    withTwo(
        loop,
        (near, far) -> {
          assertThatThrownBy(() -> UdpSocket.bind("127.0.0.1", 70_000))
              .isInstanceOf(IllegalArgumentException.class);
          assertThatThrownBy(() -> UdpSocket.bind("192.0.2.1", 0))
              .isInstanceOf(BindException.class)
              .hasMessageContaining("192.0.2.1");
          assertThatThrownBy(() -> UdpSocket.bind("127.0.0.1", near.port()))
              .isInstanceOf(BindException.class)
              .hasMessageContaining("already in use");
          assertThatThrownBy(() -> UdpSocket.bind("no-such-host.invalid", 0))
              .isInstanceOf(UnknownHostException.class);
          assertThatThrownBy(() -> near.send(text("x"), new InetSocketAddress("127.0.0.1", 0)))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("port 0");
          assertThatThrownBy(() -> near.send(text("x"), new InetSocketAddress("::1", 9)))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("IPv4")
              .hasMessageContaining("open()");
          assertThatThrownBy(() -> near.send(text("x")))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("not connected");
        });
  }

  @OnEveryEngine
  void worksFromOtherLoopsAndThreads(TestLoop loop) throws Exception {
    withTwo(
        loop,
        (near, far) -> {
          // given
          InetSocketAddress to = far.localAddress();
          Thread stranger =
              Thread.ofPlatform()
                  .start(
                      () -> {
                        try {
                          near.send(text("from a thread"), to);
                        } catch (java.io.IOException e) {
                          throw new java.io.UncheckedIOException(e);
                        }
                      });
          // when
          Datagram received = far.receive(Duration.ofSeconds(30));
          // then
          assertThat(received.text()).isEqualTo("from a thread");
          stranger.join();
        });
  }

  @OnEveryEngine
  void sendsToAllOnlyIfAskedToAndSaysHow(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (UdpSocket socket = UdpSocket.bind("127.0.0.1", 0)) {
            assertThatThrownBy(
                    () -> socket.send(new byte[1], new InetSocketAddress("255.255.255.255", 9)))
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("UdpOptions.withBroadcast(true)");
          }
        });
  }
}
