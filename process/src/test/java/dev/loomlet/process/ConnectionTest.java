package dev.loomlet.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.process.OnEveryEngine.TestLoop;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ConnectionTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  private static void echo(Connection<byte[]> connection) throws IOException {
    try (connection) {
      for (byte[] message; (message = connection.receive()) != null; ) {
        connection.send(message);
      }
    }
  }

  private static byte[] message(Random random, int size) {
    byte[] message = new byte[size];
    random.nextBytes(message);
    return message;
  }

  @OnEveryEngine
  void carriesMessagesOfAllSizesBothWays(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          List<Connection<byte[]>> ends = Connection.pair(byte[].class);
          Connection<byte[]> other = ends.get(1);
          try (Connection<byte[]> mine = ends.get(0);
              JavaProcess peer = JavaProcess.start(() -> echo(other))) {
            int[] sizes = {0, 1, 2, 3, 4, 5, 100, 65_531, 65_532, 65_533, 70_001, 3_000_000};
            int times = 3;
            Greenlet<?> sender =
                Loomlet.spawn(
                    () -> {
                      Random random = new Random(1);
                      for (int i = 0; i < times * sizes.length; i++) {
                        mine.send(message(random, sizes[i % sizes.length]));
                      }
                    });
            Random random = new Random(1);
            for (int i = 0; i < times * sizes.length; i++) {
              byte[] expected = message(random, sizes[i % sizes.length]);
              assertThat(Arrays.equals(mine.receive(), expected)).isTrue();
            }
            sender.get();
            mine.close();
            peer.join();
            assertThat(peer.exitCode()).hasValue(0);
          }
        });
  }

  @Test
  void carriesObjects() throws Exception {
    List<Connection<String>> ends = Connection.pair(String.class);
    Connection<String> other = ends.get(1);
    try (Connection<String> mine = ends.get(0);
        JavaProcess peer =
            JavaProcess.start(() -> other.send(other.receive() + " and " + other.receive()))) {
      mine.send("rice");
      mine.send("noodles");
      assertThat(mine.receive()).isEqualTo("rice and noodles");
      assertThat(mine.receive()).isNull();
      peer.join();
    }
  }

  @OnTwoEngines
  void thereIsAnEndWhenTheOtherSideIsKilled(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          List<Connection<byte[]>> ends = Connection.pair(byte[].class);
          Connection<byte[]> other = ends.get(1);
          try (Connection<byte[]> mine = ends.get(0);
              JavaProcess peer =
                  JavaProcess.start(
                      () -> {
                        other.send(new byte[] {1});
                        new CountDownLatch(1).await();
                      })) {
            while (!mine.poll(Duration.ofSeconds(1))) {
              assertThat(peer.isAlive()).isTrue();
            }
            peer.kill();
            peer.join();
            assertThat(mine.receive()).containsExactly(1);
            assertThat(mine.receive()).isNull();
            assertThat(mine.poll(Duration.ZERO)).isTrue();
            assertThatThrownBy(() -> mine.send(new byte[1 << 20]))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("gone");
          }
        });
  }

  @OnTwoEngines
  void aMessageWhoseSenderIsKilledInItsMiddleIsAnError(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          List<Connection<byte[]>> ends = Connection.pair(byte[].class);
          Connection<byte[]> other = ends.get(1);
          try (Connection<byte[]> mine = ends.get(0);
              JavaProcess peer = JavaProcess.start(() -> other.send(new byte[1 << 20]))) {
            // given: the ring is full of the first part
            while (!mine.poll(LONG)) {
              assertThat(peer.isAlive()).isTrue();
            }
            peer.kill();
            assertThatThrownBy(mine::receive).isInstanceOf(EOFException.class);
          }
        });
  }

  @OnEveryEngine
  void whoIsCancelledInTheMiddleOfReceivingLosesNothing(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          List<Connection<byte[]>> ends = Connection.pair(byte[].class);
          try (Connection<byte[]> one = ends.get(0);
              Connection<byte[]> two = ends.get(1)) {
            byte[] large = message(new Random(2), 200_000);
            Greenlet<?> receiver = Loomlet.spawn(() -> two.receive());
            Greenlet<?> sender = Loomlet.spawn(() -> one.send(large));
            Loomlet.yield();
            receiver.kill();
            assertThat(two.receive()).isEqualTo(large);
            sender.get();
          }
        });
  }

  @OnEveryEngine
  void whoIsCancelledInTheMiddleOfSendingTellsTheOtherSide(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          List<Connection<byte[]>> ends = Connection.pair(byte[].class);
          try (Connection<byte[]> one = ends.get(0);
              Connection<byte[]> two = ends.get(1)) {
            Greenlet<?> sender = Loomlet.spawn(() -> one.send(new byte[200_000]));
            Loomlet.sleep(5);
            sender.kill();
            assertThatThrownBy(two::receive).isInstanceOf(EOFException.class);
            assertThatThrownBy(() -> one.send(new byte[1]))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("closed");
          }
        });
  }

  @Test
  void anEndThatWasGivenAwayIsTheOthers() throws Exception {
    List<Connection<String>> ends = Connection.pair(String.class);
    Connection<String> other = ends.get(1);
    try (Connection<String> mine = ends.get(0);
        JavaProcess peer =
            JavaProcess.start(
                () -> {
                  other.send("mine now");
                  other.receive();
                })) {
      other.close();
      assertThat(mine.receive()).isEqualTo("mine now");
      assertThatThrownBy(() -> other.send("x"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("process " + peer.pid() + "'s now");
      assertThatThrownBy(() -> Resent.of(other))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another process has taken it over");
      mine.send("end");
      peer.join();
      assertThat(peer.exitCode()).hasValue(0);
    }
  }

  @Test
  void aClosedEndIsAnEndForTheOtherSideAndAnErrorForItself() throws Exception {
    List<Connection<String>> ends = Connection.pair(String.class);
    Connection<String> one = ends.get(0);
    try (Connection<String> two = ends.get(1)) {
      one.send("last");
      one.close();
      one.close();
      assertThatThrownBy(() -> one.send("late")).hasMessageContaining("closed");
      assertThatThrownBy(one::receive).hasMessageContaining("closed");
      assertThat(two.receive()).isEqualTo("last");
      assertThat(two.receive()).isNull();
      assertThatThrownBy(() -> two.send("x")).hasMessageContaining("gone");
    }
  }

  @Test
  void closingBothEndsLeavesNoFile() throws Exception {
    int before = OpenMemory.createdCount();
    List<Connection<String>> ends = Connection.pair(String.class);
    ends.get(0).close();
    ends.get(1).close();
    assertThat(OpenMemory.createdCount()).isEqualTo(before);
  }

  @Test
  void whatIsNotAllowedIsRejected() throws Exception {
    List<Connection<String>> ends = Connection.pair(String.class);
    try (Connection<String> one = ends.get(0);
        Connection<String> two = ends.get(1)) {
      one.sendBytes(ObjectCodec.write(new java.util.BitSet(), "it", 1000));
      assertThatThrownBy(two::receive).isInstanceOf(IOException.class);
      one.sendBytes(ObjectCodec.write(new javax.management.ObjectName("a:b=c"), "it", 1000));
      assertThatThrownBy(two::receive)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("not allowed");
      one.sendBytes(new byte[] {1, 2, 3});
      assertThatThrownBy(two::receive).isInstanceOf(IOException.class);
      one.send("whole again");
      assertThat(two.receive()).isEqualTo("whole again");
    }
  }

  @Test
  void whatAPeerWritesBesidesTheProtocolIsAnError() throws Exception {
    List<Connection<byte[]>> ends = Connection.pair(byte[].class);
    try (Connection<byte[]> one = ends.get(0);
        Connection<byte[]> two = ends.get(1)) {
      // given: the memory in which one sends
      int size = 1 << 16;
      ByteRing ring =
          new ByteRing(new Words(one.memory().segment().asSlice(0, ByteRing.HEADER + size)), size);
      long at = ring.written();

      // when / then: a length that cannot be
      ring.putInt(at, -5);
      ring.publishWritten(at + 4);
      assertThatThrownBy(two::receive)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("-5 bytes");

      // when / then: positions that cannot be
      ring.publishWritten(at + (1L << 40));
      assertThatThrownBy(two::receive)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("overwritten");

      // when / then: half a length
      ring.publishWritten(at + 2);
      assertThatThrownBy(two::receive).isInstanceOf(IllegalStateException.class);
    }
  }
}
