package dev.loomlet.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Action;
import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.queue.ChannelClosedException.Reason;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;

/** A channel whose ends are handles that can be cloned and closed. */
@Timeout(60)
final class ChannelEndsTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private static Greenlet<Reason> refusal(Action action) {
    return Loomlet.spawn(
        () -> {
          try {
            action.run();
          } catch (ChannelClosedException e) {
            return e.reason();
          }
          throw new AssertionError("was not refused");
        });
  }

  @OnEveryEngine
  void endsWhenTheLastSenderIsClosed(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Channel.Ends<Integer> ends = Channel.open(0);
          for (int i = 0; i < 3; i++) {
            int first = 10 * i;
            Sender<Integer> own = ends.sender().cloneSender();
            Loomlet.spawn(
                () -> {
                  try (own) {
                    own.send(first);
                    own.send(first + 1);
                  }
                });
          }
          ends.sender().close();
          // when
          List<Integer> seen = new ArrayList<>();
          for (int each : ends.receiver()) {
            seen.add(each);
          }
          // then
          assertThat(seen).containsExactlyInAnyOrder(0, 1, 10, 11, 20, 21);
          assertThat(refusal(() -> ends.receiver().receive()).get()).isEqualTo(Reason.NO_SENDER);
          assertThatThrownBy(() -> ends.receiver().iterator().next())
              .isInstanceOf(java.util.NoSuchElementException.class);
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void letsWhatIsBufferedBeReceivedAfterTheLastSenderIsClosed(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Channel.Ends<Integer> ends = Channel.open(5);
          ends.sender().send(1);
          ends.sender().send(2);
          ends.sender().close();
          try (Stream<Integer> values = ends.receiver().stream()) {
            assertThat(values.map(value -> value * 2)).containsExactly(2, 4);
          }
          assertThat(refusal(() -> ends.receiver().receive()).get()).isEqualTo(Reason.CLOSED);
        });
  }

  @OnEveryEngine
  void tellsSendersWhenTheLastReceiverIsClosed(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Channel.Ends<Integer> ends = Channel.open(1);
          Receiver<Integer> second = ends.receiver().cloneReceiver();
          ends.sender().send(1);
          Greenlet<Reason> waiting = refusal(() -> ends.sender().send(2));
          Loomlet.yield();
          // when
          ends.receiver().close();
          ends.receiver().close();
          Loomlet.yield();
          assertThat(waiting.isDone()).isFalse();
          second.close();
          // then
          assertThat(waiting.get()).isEqualTo(Reason.NO_RECEIVER);
          assertThat(refusal(() -> ends.sender().trySend(3)).get()).isEqualTo(Reason.NO_RECEIVER);
          assertThat(ends.sender().statistics().buffered()).isZero();
          assertThat(refusal(() -> ends.sender().cloneSender()).get())
              .isEqualTo(Reason.NO_RECEIVER);
        });
  }

  @OnEveryEngine
  void wakesThoseWhoWaitByAHandleThatIsClosedAndNobodyElse(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Channel.Ends<Integer> ends = Channel.open(0);
          Receiver<Integer> other = ends.receiver().cloneReceiver();
          Greenlet<Reason> first = refusal(() -> ends.receiver().receive());
          Greenlet<Integer> served = Loomlet.spawn(other::receive);
          Greenlet<Reason> second = refusal(() -> ends.receiver().tryReceive(LONG));
          Loomlet.yield();
          // when
          ends.receiver().close();
          // then
          assertThat(first.get()).isEqualTo(Reason.CLOSED);
          assertThat(second.get()).isEqualTo(Reason.CLOSED);
          assertThat(served.isDone()).isFalse();
          ends.sender().send(7);
          assertThat(served.get()).isEqualTo(7);
          // and
          Sender<Integer> own = ends.sender().cloneSender();
          Greenlet<Reason> sending = refusal(() -> own.send(8));
          Loomlet.yield();
          own.close();
          assertThat(sending.get()).isEqualTo(Reason.CLOSED);
          assertThat(other.tryReceive()).isNull();
          assertThat(refusal(() -> own.trySend(9)).get()).isEqualTo(Reason.CLOSED);
          assertThat(refusal(() -> own.cloneSender()).get()).isEqualTo(Reason.CLOSED);
        });
  }

  @OnEveryEngine
  void countsWhatIsOpenAndWhoWaits(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Channel.Ends<Integer> ends = Channel.open(Channel.UNBOUNDED);
          Sender<Integer> clone = ends.sender().cloneSender();
          ends.receiver().cloneReceiver();
          ends.receiver().cloneReceiver();
          clone.send(1);
          assertThat(clone.statistics())
              .isEqualTo(new Channel.Statistics(Integer.MAX_VALUE, 1, 2, 3, 0, 0));
          ends.receiver().receive();
          Greenlet<?> waiting = Loomlet.spawn(() -> ends.receiver().receive());
          Loomlet.yield();
          clone.close();
          clone.close();
          assertThat(ends.receiver().statistics())
              .isEqualTo(new Channel.Statistics(Integer.MAX_VALUE, 0, 1, 3, 0, 1));
          waiting.kill();
          assertThat(ends.receiver().statistics().waitingReceivers()).isZero();
        });
  }

  @OnEveryEngine
  void isOpenOnASideOfWhichNoHandleWasMade(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Channel<Integer> channel = new Channel<>(2);
          try (Sender<Integer> sender = channel.sender()) {
            sender.send(1);
            channel.send(2);
          }
          assertThat(channel.stream()).containsExactly(1, 2);
          assertThat(refusal(channel::sender).get()).isEqualTo(Reason.CLOSED);
          assertThat(refusal(channel::receiver).get()).isEqualTo(Reason.NO_SENDER);
        });
  }
}
