package dev.loomlet.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.CancelScope;
import dev.loomlet.Cancelled;
import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.LoopGroup;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One channel used by both sides. */
@Timeout(60)
final class ChannelTest {
  private static final Duration SHORT = Duration.ofMillis(5);
  private static final Duration LONG = Duration.ofSeconds(30);

  @OnEveryEngine
  void hasASenderWaitUntilTheValueIsReceived(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Channel<String> channel = new Channel<>();
          List<String> log = new ArrayList<>();
          Greenlet<?> sender =
              Loomlet.spawn(
                  () -> {
                    channel.send("soup");
                    log.add("sent");
                  });
          Loomlet.yield();
          assertThat(log).isEmpty();
          // when
          log.add(channel.receive());
          sender.join();
          // then
          assertThat(log).containsExactly("soup", "sent");
        });
  }

  @OnEveryEngine
  void servesEachSideInTheOrderInWhichItCame(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Channel<Integer> channel = new Channel<>();
          List<Greenlet<Integer>> receivers = new ArrayList<>();
          for (int i = 0; i < 3; i++) {
            receivers.add(Loomlet.spawn(channel::receive));
            Loomlet.yield();
          }
          for (int i = 0; i < 3; i++) {
            channel.send(i);
          }
          for (int i = 0; i < 3; i++) {
            assertThat(receivers.get(i).get()).isEqualTo(i);
          }
          for (int i = 0; i < 3; i++) {
            int value = i;
            Loomlet.spawn(() -> channel.send(value));
            Loomlet.yield();
          }
          assertThat(List.of(channel.receive(), channel.receive(), channel.receive()))
              .containsExactly(0, 1, 2);
        });
  }

  @OnEveryEngine
  void buffersAsManyAsItHasRoomFor(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Channel<Integer> channel = new Channel<>(2);
          channel.send(1);
          channel.send(2);
          assertThat(channel.trySend(3)).isFalse();
          assertThat(channel.trySend(3, SHORT)).isFalse();
          Greenlet<?> sender = Loomlet.spawn(() -> channel.send(3));
          Loomlet.yield();
          assertThat(channel.statistics()).isEqualTo(new Channel.Statistics(2, 2, 0, 0, 1, 0));
          assertThat(channel.receive()).isEqualTo(1);
          sender.get();
          assertThat(channel.tryReceive()).isEqualTo(2);
          assertThat(channel.tryReceive(LONG)).isEqualTo(3);
          assertThat(channel.tryReceive()).isNull();
          assertThat(channel.tryReceive(SHORT)).isNull();
          assertThat(channel.tryReceive(Duration.ZERO)).isNull();
        });
  }

  @OnEveryEngine
  void meetsWithoutWaitingOnlyWhoWaitsAlready(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Channel<Integer> channel = new Channel<>();
          assertThat(channel.trySend(1)).isFalse();
          Greenlet<Integer> receiver = Loomlet.spawn(channel::receive);
          Loomlet.yield();
          assertThat(channel.statistics().waitingReceivers()).isEqualTo(1);
          assertThat(channel.trySend(2)).isTrue();
          assertThat(channel.trySend(3)).isFalse();
          assertThat(receiver.get()).isEqualTo(2);
          Greenlet<?> sender = Loomlet.spawn(() -> channel.send(4));
          Loomlet.yield();
          assertThat(channel.tryReceive()).isEqualTo(4);
          assertThat(channel.tryReceive()).isNull();
          sender.get();
        });
  }

  @OnEveryEngine
  void losesNothingToThoseWhoAreCancelled(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Channel<Integer> channel = new Channel<>();
          Greenlet<?> killedReceiver = Loomlet.spawn(channel::receive);
          Greenlet<Integer> receiver = Loomlet.spawn(channel::receive);
          Loomlet.yield();
          // when
          killedReceiver.kill();
          channel.send(1);
          // then
          assertThat(killedReceiver.isCancelled()).isTrue();
          assertThat(receiver.get()).isEqualTo(1);
          // and
          Greenlet<?> killedSender = Loomlet.spawn(() -> channel.send(2));
          Greenlet<?> sender = Loomlet.spawn(() -> channel.send(3));
          Loomlet.yield();
          killedSender.kill();
          assertThat(channel.receive()).isEqualTo(3);
          sender.get();
          // and
          CancelScope scope = new CancelScope().withDeadline(SHORT);
          assertThat(scope.run(channel::receive)).isFalse();
          CancelScope cancelled = new CancelScope();
          cancelled.cancel();
          assertThat(cancelled.run(() -> channel.trySend(4, Duration.ZERO))).isFalse();
          assertThat(channel.statistics()).isEqualTo(new Channel.Statistics(0, 0, 0, 0, 0, 0));
        });
  }

  @OnEveryEngine
  void goesThroughAllValuesUntilItIsClosed(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Channel<Integer> channel = new Channel<>();
          Loomlet.spawn(
              () -> {
                for (int i = 0; i < 5; i++) {
                  channel.send(i);
                }
                channel.close();
              });
          List<Integer> seen = new ArrayList<>();
          for (int each : channel) {
            seen.add(each);
          }
          assertThat(seen).containsExactly(0, 1, 2, 3, 4);
          assertThat(channel.stream()).isEmpty();
          assertThat(channel.isClosed()).isTrue();
        });
  }

  @OnEveryEngine
  void closingWakesEverybodyAndLetsTheBufferBeReceived(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Channel<Integer> channel = new Channel<>(1);
          channel.send(1);
          Greenlet<?> sender = Loomlet.spawn(() -> refused(() -> channel.send(2)));
          Loomlet.yield();
          // when
          channel.close();
          channel.close();
          // then
          sender.get();
          assertThat(refused(() -> channel.trySend(3)))
              .isEqualTo(ChannelClosedException.Reason.CLOSED);
          assertThat(channel.receive()).isEqualTo(1);
          assertThat(refused(channel::receive)).isEqualTo(ChannelClosedException.Reason.NO_SENDER);
          assertThat(refused(channel::tryReceive))
              .isEqualTo(ChannelClosedException.Reason.NO_SENDER);
          // and
          Channel<Integer> other = new Channel<>();
          Greenlet<?> receiver = Loomlet.spawn(() -> refused(other::receive));
          Loomlet.yield();
          other.close();
          receiver.get();
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  private static ChannelClosedException.Reason refused(dev.loomlet.Action action) throws Exception {
    try {
      action.run();
    } catch (ChannelClosedException e) {
      return e.reason();
    }
    throw new AssertionError("was not refused");
  }

  @Test
  void takesNoNullAndNoNegativeRoom() {
    assertThatThrownBy(() -> new Channel<>(1).send(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> new Channel<>(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0 or more");
  }

  @Test
  void isCancelledByAnInterruptOfAPlainThread() throws Exception {
    Channel<Integer> channel = new Channel<>();
    FutureTask<Cancelled.Cause> task =
        new FutureTask<>(
            () -> {
              try {
                channel.receive();
                return null;
              } catch (Cancelled e) {
                return e.origin();
              }
            });
    Thread thread = Thread.ofPlatform().start(task);
    while (channel.statistics().waitingReceivers() == 0) {
      Thread.onSpinWait();
    }
    thread.interrupt();
    assertThat(task.get()).isEqualTo(Cancelled.Cause.INTERRUPT);
    assertThat(channel.statistics().waitingReceivers()).isZero();
  }

  @Test
  void meetsAcrossLoopsAndThreads() throws Exception {
    for (int capacity : new int[] {0, 3}) {
      Channel<Integer> there = new Channel<>(capacity);
      Channel<Integer> back = new Channel<>(capacity);
      int count = 3_000;
      try (LoopGroup group = LoopGroup.start(2)) {
        Greenlet<?> adder =
            group
                .loop(0)
                .spawn(
                    () -> {
                      for (int value : there) {
                        back.send(value + 1);
                      }
                      back.close();
                    });
        Greenlet<?> feeder =
            group
                .loop(1)
                .spawn(
                    () -> {
                      for (int i = 0; i < count; i++) {
                        there.send(i);
                      }
                      there.close();
                    });
        int expected = 1;
        for (int value : back) {
          assertThat(value).isEqualTo(expected++);
        }
        assertThat(expected).isEqualTo(count + 1);
        Loomlet.joinAll(adder, feeder);
      }
    }
  }
}
