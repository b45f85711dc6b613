package dev.loomlet.net;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.engine.DatagramBatch;
import dev.loomlet.engine.ResourceBusyException;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Datagrams that are received and sent together. */
@Timeout(60)
final class DatagramBatchTest {
  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static List<String> texts(DatagramBatch batch) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      texts.add(StandardCharsets.UTF_8.decode(batch.data(i)).toString());
    }
    return texts;
  }

  interface Code {
    void run(UdpSocket near, UdpSocket far) throws Exception;
  }

  interface UnixCode {
    void run(UnixDatagramSocket near, UnixDatagramSocket far) throws Exception;
  }

  private static void withConnected(TestLoop loop, Code code) throws Exception {
    UdpSocketTest.withTwo(
        loop,
        (near, far) -> {
          near.connect(far.localAddress());
          far.connect(near.localAddress());
          code.run(near, far);
        });
  }

  /** Those of UDP have always room. Nothing on an engine without Unix sockets for datagrams. */
  private static void withUnixPair(TestLoop loop, UnixCode code) throws Exception {
    loop.run(
        () -> {
          List<UnixDatagramSocket> pair;
          try {
            pair = UnixDatagramSocket.pair();
          } catch (UnsupportedOperationException e) {
            return;
          }
          try (UnixDatagramSocket near = pair.get(0);
              UnixDatagramSocket far = pair.get(1)) {
            code.run(near, far);
          }
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  /** Whoever was about to receive waits when the others have had their turn. */
  private static void assertSomebodyReceives(UdpSocket socket) {
    Loomlet.yield();
    assertThatThrownBy(() -> socket.receive(new DatagramBatch(1, 1)))
        .isInstanceOf(ResourceBusyException.class);
  }

  @OnEveryEngine
  void carriesAllInOrder(TestLoop loop) throws Exception {
    withConnected(
        loop,
        (near, far) -> {
          DatagramBatch sent = new DatagramBatch(20, 10);
          DatagramBatch received = new DatagramBatch(7, 10);
          List<String> arrived = new ArrayList<>();
          List<String> expected = new ArrayList<>();
          for (int round = 0; round < 10; round++) {
            // given
            sent.clear();
            for (int i = 0; i < 20; i++) {
              // The JDK's channels do not send an empty one to their peer.
              boolean empty = i == 13 && !loop.toString().equals("nio");
              String each = empty ? "" : round + "/" + i;
              sent.add(text(each));
              expected.add(each);
            }
            // when
            near.send(sent);
            while (arrived.size() < expected.size()) {
              far.receive(received);
              assertThat(received.size()).isBetween(1, 7);
              arrived.addAll(texts(received));
            }
            // then
            assertThat(arrived).isEqualTo(expected);
          }
        });
  }

  @OnEveryEngine
  void waitsForTheFirstOneWhileOthersRun(TestLoop loop) throws Exception {
    withConnected(
        loop,
        (near, far) -> {
          DatagramBatch batch = new DatagramBatch(4, 10);
          batch.add(text("before"));
          Greenlet<?> reader = spawn(() -> far.receive(batch));
          assertSomebodyReceives(far);
          // then: nothing was touched
          assertThat(reader.isDone()).isFalse();
          assertThat(texts(batch)).containsExactly("before");
          near.send(text("after"));
          reader.get();
          assertThat(texts(batch)).containsExactly("after");
        });
  }

  @OnEveryEngine
  void tellsTheLengthOfWhatWasCutOff(TestLoop loop) throws Exception {
    withConnected(
        loop,
        (near, far) -> {
          near.send(text("much too long"));
          near.send(text("fits"));
          DatagramBatch batch = new DatagramBatch(4, 8);
          List<String> arrived = new ArrayList<>();
          List<Integer> lengths = new ArrayList<>();
          while (arrived.size() < 2) {
            far.receive(batch);
            arrived.addAll(texts(batch));
            for (int i = 0; i < batch.size(); i++) {
              lengths.add(batch.length(i));
            }
          }
          assertThat(arrived).containsExactly("much too", "fits");
          assertThat(lengths).containsExactly(13, 4);
        });
  }

  @OnEveryEngine
  void losesNothingToATimeOutOrACancellation(TestLoop loop) throws Exception {
    withConnected(
        loop,
        (near, far) -> {
          DatagramBatch batch = new DatagramBatch(4, 10);
          assertThatThrownBy(() -> far.receive(batch, Duration.ofMillis(10)))
              .isInstanceOf(SocketTimeoutException.class);
          Greenlet<?> reader = spawn(() -> far.receive(batch));
          assertSomebodyReceives(far);
          near.send(text("kept"));
          reader.cancel(true);
          reader.join();
          if (reader.isCancelled()) {
            far.receive(batch);
          }
          assertThat(texts(batch)).containsExactly("kept");
        });
  }

  @OnEveryEngine
  void endsWhenTheSocketIsClosed(TestLoop loop) throws Exception {
    withConnected(
        loop,
        (near, far) -> {
          DatagramBatch batch = new DatagramBatch(4, 10);
          Greenlet<Throwable> reader =
              spawn(
                  () -> {
                    try {
                      far.receive(batch);
                      return new AssertionError("received");
                    } catch (SocketException e) {
                      return e;
                    }
                  });
          assertSomebodyReceives(far);
          far.close();
          assertThat(reader.get()).isInstanceOf(SocketException.class);
          batch.add(text("late"));
          assertThatThrownBy(() -> far.send(batch)).isInstanceOf(SocketException.class);
        });
  }

  @OnEveryEngine
  void takesNothingFromOthersThatCameBeforeItWasConnected(TestLoop loop) throws Exception {
    UdpSocketTest.withTwo(
        loop,
        (near, far) -> {
          try (UdpSocket stranger = UdpSocket.bind("127.0.0.1", 0)) {
            for (int i = 0; i < 3; i++) {
              stranger.send(text("stranger"), far.localAddress());
            }
            far.connect(near.localAddress());
            near.connect(far.localAddress());
            near.send(text("friend"));
            DatagramBatch batch = new DatagramBatch(8, 10);
            far.receive(batch);
            assertThat(texts(batch)).containsExactly("friend");
          }
        });
  }

  @OnEveryEngine
  void tellsThatNobodyListens(TestLoop loop) throws Exception {
    UdpSocketTest.withTwo(
        loop,
        (near, far) -> {
          near.connect(far.localAddress());
          far.close();
          DatagramBatch batch = new DatagramBatch(3, 10);
          for (int i = 0; i < 3; i++) {
            batch.add(text("hello"));
          }
          assertThatThrownBy(
                  () -> {
                    near.send(batch);
                    near.receive(batch, Duration.ofSeconds(30));
                  })
              .isInstanceOf(PortUnreachableException.class);
        });
  }

  @OnEveryEngine
  void waitsUntilThereIsRoom(TestLoop loop) throws Exception {
    withUnixPair(
        loop,
        (near, far) -> {
          // given: more than the receiver's queue may hold
          near.setOption(StandardSocketOptions.SO_SNDBUF, 4096);
          int count = 200;
          DatagramBatch batch = new DatagramBatch(count, 1000);
          for (int i = 0; i < count; i++) {
            byte[] each = new byte[1000];
            each[0] = (byte) i;
            batch.add(each);
          }
          // when
          near.setSendTimeout(Duration.ofMillis(20));
          assertThatThrownBy(() -> near.send(batch)).isInstanceOf(SocketTimeoutException.class);
          near.setSendTimeout(null);
          Greenlet<?> sender = spawn(() -> near.send(batch));
          DatagramBatch received = new DatagramBatch(16, 1000);
          int first = -1;
          int seen = 0;
          List<Integer> numbers = new ArrayList<>();
          while (!sender.isDone() || seen < count) {
            far.receive(received);
            for (int i = 0; i < received.size(); i++) {
              int number = received.data(i).get(0) & 0xff;
              numbers.add(number);
              if (number == 0) {
                first = numbers.size() - 1;
                seen = 0;
              }
              seen++;
            }
            sleep(0);
          }
          // then: after those of the attempt that timed out, all of them in order
          assertThat(first).isPositive();
          List<Integer> expected = new ArrayList<>();
          for (int i = 0; i < count; i++) {
            expected.add(i);
          }
          assertThat(numbers.subList(first, numbers.size())).isEqualTo(expected);
        });
  }

  @OnEveryEngine
  void sendsWithoutWaitingWhatThereIsRoomFor(TestLoop loop) throws Exception {
    withConnected(
        loop,
        (near, far) -> {
          // given
          DatagramBatch batch = new DatagramBatch(5, 10);
          for (int i = 0; i < 5; i++) {
            batch.add(text("" + i));
          }
          // when
          int sent = near.sendNow(batch);
          // then: all, or on an engine that cannot, none
          boolean can = List.of("epoll", "io_uring").contains(loop.toString());
          assertThat(sent).isIn(can ? List.of(5) : List.of(0, 5));
          List<String> arrived = new ArrayList<>();
          while (arrived.size() < sent) {
            far.receive(batch);
            arrived.addAll(texts(batch));
          }
          assertThat(arrived)
              .containsExactlyElementsOf(List.of("0", "1", "2", "3", "4").subList(0, sent));
          near.close();
          batch.clear();
          batch.add(text("late"));
          if (can) {
            assertThatThrownBy(() -> near.sendNow(batch))
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("is closed");
          }
        });
  }

  @OnEveryEngine
  void sendsWithoutWaitingNoMoreThanThereIsRoomFor(TestLoop loop) throws Exception {
    withUnixPair(
        loop,
        (near, far) -> {
          // given: more than the receiver's queue may hold
          DatagramBatch batch = new DatagramBatch(1000, 8);
          for (int i = 0; i < 1000; i++) {
            batch.add(text("" + i));
          }
          // when
          int sent = near.sendNow(batch);
          // then: the first ones
          assertThat(sent).isLessThan(1000);
          assertThat(near.sendNow(batch)).isZero();
          for (int i = 0; i < sent; i++) {
            assertThat(far.receive().text()).isEqualTo("" + i);
          }
        });
  }

  @OnEveryEngine
  void sendsWithoutWaitingNothingBeforeThoseWhoWait(TestLoop loop) throws Exception {
    withUnixPair(
        loop,
        (near, far) -> {
          // given: no room, and two who wait for some
          int before = 0;
          near.setSendTimeout(Duration.ofMillis(20));
          try {
            for (; ; before++) {
              near.send(text("before"));
            }
          } catch (SocketTimeoutException e) {
            near.setSendTimeout(null);
          }
          DatagramBatch batch = new DatagramBatch(1, 10);
          batch.add(text("hasty"));
          Greenlet<Integer> first =
              spawn(
                  () -> {
                    near.send(text("first"));
                    return near.sendNow(batch);
                  });
          Greenlet<?> second = spawn(() -> near.send(text("second")));
          Loomlet.yield();
          // when: there is room for all of them
          for (int i = 0; i < before; i++) {
            assertThat(far.receive().text()).isEqualTo("before");
          }
          // then
          assertThat(first.get()).isZero();
          second.get();
          assertThat(far.receive().text()).isEqualTo("first");
          assertThat(far.receive().text()).isEqualTo("second");
        });
  }

  @OnEveryEngine
  void sendsWithoutWaitingOnItsLoopOnly(TestLoop loop) throws Exception {
    withConnected(
        loop,
        (near, far) -> {
          DatagramBatch batch = new DatagramBatch(1, 10);
          batch.add(text("elsewhere"));
          FutureTask<Integer> elsewhere = new FutureTask<>(() -> near.sendNow(batch));
          Thread.ofPlatform().start(elsewhere);
          assertThatThrownBy(elsewhere::get).hasCauseInstanceOf(IllegalStateException.class);
        });
  }

  @OnEveryEngine
  void refusesSocketsWithoutAPeerAndWhatDoesNotFit(TestLoop loop) throws Exception {
    UdpSocketTest.withTwo(
        loop,
        (near, far) -> {
          DatagramBatch batch = new DatagramBatch(1, UdpSocket.MAX_LENGTH + 1);
          batch.add(new byte[UdpSocket.MAX_LENGTH + 1]);
          assertThatThrownBy(() -> near.send(batch)).isInstanceOf(IllegalStateException.class);
          assertThatThrownBy(() -> near.sendNow(batch)).isInstanceOf(IllegalStateException.class);
          assertThatThrownBy(() -> near.receive(batch)).isInstanceOf(IllegalStateException.class);
          near.connect(far.localAddress());
          assertThatThrownBy(() -> near.send(batch)).isInstanceOf(IllegalArgumentException.class);
          assertThatThrownBy(() -> near.sendNow(batch))
              .isInstanceOf(IllegalArgumentException.class);
        });
  }

  @Test
  void holdsWhatItHasRoomFor() {
    DatagramBatch batch = new DatagramBatch(2, 3);
    batch.add(text("abc"));
    assertThatThrownBy(() -> batch.add(text("long"))).isInstanceOf(IllegalArgumentException.class);
    batch.add(text(""));
    assertThatThrownBy(() -> batch.add(text("c"))).isInstanceOf(IllegalStateException.class);
    assertThat(texts(batch)).containsExactly("abc", "");
    assertThatThrownBy(() -> batch.data(2)).isInstanceOf(IndexOutOfBoundsException.class);
    batch.clear();
    assertThatThrownBy(() -> batch.length(0)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> new DatagramBatch(0, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new DatagramBatch(1 << 20, 1 << 20))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
