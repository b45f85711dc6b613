package dev.loomlet.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.AsyncResult;
import dev.loomlet.CancelScope;
import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waiting for the first of several. */
@Timeout(60)
final class SelectTest {
  private static final Duration SHORT = Duration.ofMillis(5);
  private static final Duration LONG = Duration.ofSeconds(30);

  private static void assertNobodyWaits(Channel<?> channel) {
    assertThat(channel.statistics().waitingSenders()).isZero();
    assertThat(channel.statistics().waitingReceivers()).isZero();
  }

  @OnEveryEngine
  void doesTheFirstOfThoseThatArePossibleAtOnce(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Channel<Integer> one = new Channel<>(1);
          Channel<Integer> two = new Channel<>(1);
          two.send(2);
          Select<String> select =
              Select.<String>first()
                  .receive(one, value -> "one " + value)
                  .receive(two, value -> "two " + value);
          // when / then
          assertThat(select.await()).isEqualTo("two 2");
          one.send(1);
          two.send(2);
          assertThat(select.await()).isEqualTo("one 1");
          assertThat(two.tryReceive()).isEqualTo(2);
        });
  }

  @OnEveryEngine
  void waitsForTheFirstThatBecomesPossibleAndGivesTheOthersUp(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Channel<Integer> in = new Channel<>();
          Channel<Integer> out = new Channel<>();
          FifoQueue<Integer> queue = new FifoQueue<>(1);
          FifoQueue<Integer> full = new FifoQueue<>(1);
          full.put(0);
          Select<String> select =
              Select.<String>first()
                  .receive(in, value -> "received " + value)
                  .send(out, 5, () -> "sent")
                  .take(queue, value -> "took " + value)
                  .put(full, 6, () -> "put");
          // when / then: each in turn
          Greenlet<String> first = Loomlet.spawn(select::await);
          Loomlet.yield();
          in.send(1);
          assertThat(first.get()).isEqualTo("received 1");
          assertNobodyWaits(out);
          Greenlet<String> second = Loomlet.spawn(select::await);
          Loomlet.yield();
          assertThat(out.receive()).isEqualTo(5);
          assertThat(second.get()).isEqualTo("sent");
          assertNobodyWaits(in);
          Greenlet<String> third = Loomlet.spawn(select::await);
          Loomlet.yield();
          queue.put(2);
          assertThat(third.get()).isEqualTo("took 2");
          Greenlet<String> fourth = Loomlet.spawn(select::await);
          Loomlet.yield();
          assertThat(full.take()).isZero();
          assertThat(fourth.get()).isEqualTo("put");
          assertThat(full.take()).isEqualTo(6);
          assertNobodyWaits(in);
          assertNobodyWaits(out);
          assertThat(queue.exchange.takers.isEmpty()).isTrue();
          assertThat(full.exchange.putters.isEmpty()).isTrue();
        });
  }

  @OnEveryEngine
  void doesNotMeetItself(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Channel<Integer> channel = new Channel<>();
          Select<String> both =
              Select.<String>first()
                  .send(channel, 1, () -> "sent")
                  .receive(channel, value -> "received " + value)
                  .after(SHORT, () -> "nobody");
          assertThat(both.await()).isEqualTo("nobody");
          // but two of the kind meet
          Greenlet<String> other =
              Loomlet.spawn(
                  () ->
                      Select.<String>first()
                          .send(channel, 2, () -> "sent")
                          .receive(channel, value -> "received " + value)
                          .await());
          Loomlet.yield();
          assertThat(List.of(both.await(), other.get())).containsExactly("sent", "received 1");
          assertNobodyWaits(channel);
        });
  }

  @OnEveryEngine
  void takesTheOtherWayIfNothingIsPossibleAtOnce(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Channel<Integer> channel = new Channel<>();
          Select<String> select =
              Select.<String>first()
                  .receive(channel, value -> "received " + value)
                  .orElse(() -> "nothing");
          assertThat(select.await()).isEqualTo("nothing");
          Loomlet.spawn(() -> channel.send(1));
          Loomlet.yield();
          assertThat(select.await()).isEqualTo("received 1");
        });
  }

  @OnEveryEngine
  void givesUpAfterTheShortestTime(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Channel<Integer> channel = new Channel<>();
          assertThat(
                  Select.<String>first()
                      .receive(channel, value -> "received " + value)
                      .after(LONG, () -> "long")
                      .after(SHORT, () -> "short")
                      .after(LONG, () -> "long")
                      .await())
              .isEqualTo("short");
          assertNobodyWaits(channel);
          assertThat(Select.<String>first().after(SHORT, () -> "slept").await()).isEqualTo("slept");
          assertThat(Select.<String>first().after(Duration.ZERO, () -> "now").await())
              .isEqualTo("now");
        });
  }

  @OnEveryEngine
  void seesTheEndOfAGreenletAndOfAResult(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Channel<Integer> channel = new Channel<>();
          AsyncResult<String> result = new AsyncResult<>();
          Greenlet<String> greenlet =
              Loomlet.spawn(
                  () -> {
                    Loomlet.sleep(5);
                    return "ended";
                  });
          Select<String> select =
              Select.<String>first()
                  .receive(channel, _ -> "received")
                  .done(greenlet, ended -> ended.resultNow())
                  .done(result, ended -> ended.resultNow());
          // when / then
          assertThat(select.await()).isEqualTo("ended");
          assertThat(select.await()).isEqualTo("ended");
          assertNobodyWaits(channel);
          Greenlet<String> other =
              Loomlet.spawn(
                  () -> Select.<String>first().done(result, AsyncResult::resultNow).await());
          Loomlet.yield();
          result.set("set");
          assertThat(other.get()).isEqualTo("set");
        });
  }

  @OnEveryEngine
  void throwsWhatTheChosenOperationWould(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given: closed before
          Channel<Integer> closed = new Channel<>();
          closed.close();
          assertThatThrownBy(() -> Select.first().receive(closed, value -> value).await())
              .isInstanceOf(ChannelClosedException.class);
          assertThatThrownBy(() -> Select.first().send(closed, 1, () -> 1).await())
              .isInstanceOf(ChannelClosedException.class);
          // and: meanwhile
          Channel<Integer> open = new Channel<>();
          FifoQueue<Integer> queue = new FifoQueue<>();
          Greenlet<Boolean> waiting =
              Loomlet.spawn(
                  () -> {
                    assertThatThrownBy(
                            () ->
                                Select.first()
                                    .receive(open, value -> value)
                                    .take(queue, value -> value)
                                    .await())
                        .isInstanceOf(QueueShutDown.class);
                    return true;
                  });
          Loomlet.yield();
          queue.shutdown();
          assertThat(waiting.get()).isTrue();
          assertNobodyWaits(open);
          // and: a handle
          Channel.Ends<Integer> ends = Channel.open(0);
          Sender<Integer> sender = ends.sender().cloneSender();
          Greenlet<Boolean> sending =
              Loomlet.spawn(
                  () -> {
                    assertThatThrownBy(
                            () ->
                                Select.first()
                                    .send(sender, 1, () -> 1)
                                    .receive(ends.receiver(), value -> value)
                                    .await())
                        .isInstanceOf(ChannelClosedException.class);
                    return true;
                  });
          Loomlet.yield();
          sender.close();
          assertThat(sending.get()).isTrue();
          assertThat(ends.receiver().statistics().waitingReceivers()).isZero();
        });
  }

  @OnEveryEngine
  void throwsWhatTheHandlerThrows(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Channel<Integer> channel = new Channel<>(1);
          channel.send(1);
          IOException error = new IOException("handler");
          assertThatThrownBy(
                  () ->
                      Select.first()
                          .receive(
                              channel,
                              _ -> {
                                throw error;
                              })
                          .await())
              .isSameAs(error);
          assertThat(channel.tryReceive()).as("the case happened").isNull();
        });
  }

  @OnEveryEngine
  void hasDoneNothingWhenItIsCancelled(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Channel<Integer> in = new Channel<>();
          Channel<Integer> out = new Channel<>();
          AsyncResult<Integer> result = new AsyncResult<>();
          Select<Integer> select =
              Select.<Integer>first()
                  .receive(in, value -> value)
                  .send(out, 1, () -> 1)
                  .done(result, AsyncResult::value);
          Greenlet<?> killed = Loomlet.spawn(select::await);
          Loomlet.yield();
          // when
          killed.kill();
          // then
          assertThat(killed.isCancelled()).isTrue();
          assertNobodyWaits(in);
          assertThat(out.tryReceive()).isNull();
          // and
          assertThat(new CancelScope().withDeadline(SHORT).run(select::await)).isFalse();
          dev.loomlet.Timeout timeout = dev.loomlet.Timeout.start(SHORT);
          assertThatThrownBy(select::await).isSameAs(timeout);
          CancelScope cancelled = new CancelScope();
          cancelled.cancel();
          result.set(1);
          assertThat(cancelled.run(select::await)).isFalse();
          assertNobodyWaits(in);
          assertNobodyWaits(out);
        });
  }

  @OnEveryEngine
  void standsInLineWithOthersWhoWait(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Channel<Integer> channel = new Channel<>();
          List<String> got = new ArrayList<>();
          Loomlet.spawn(() -> got.add("first " + channel.receive()));
          Loomlet.yield();
          Loomlet.spawn(
              () ->
                  got.add(
                      Select.<String>first().receive(channel, value -> "select " + value).await()));
          Loomlet.yield();
          Greenlet<?> last = Loomlet.spawn(() -> got.add("last " + channel.receive()));
          Loomlet.yield();
          for (int i = 0; i < 3; i++) {
            channel.send(i);
          }
          last.join();
          assertThat(got).containsExactly("first 0", "select 1", "last 2");
        });
  }

  @Test
  void refusesToWaitForNothing() {
    assertThatThrownBy(() -> Select.first().await())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("without a case");
  }

  @Test
  void servesPlainThreadsToo() throws Exception {
    // given
    Channel<Integer> one = new Channel<>();
    Channel<Integer> two = new Channel<>();
    FutureTask<Integer> task =
        new FutureTask<>(
            () -> Select.<Integer>first().receive(one, v -> v).receive(two, v -> v).await());
    Thread thread = Thread.ofPlatform().start(task);
    // when
    two.send(5);
    // then
    assertThat(task.get()).isEqualTo(5);
    thread.join();
    assertNobodyWaits(one);
    assertNobodyWaits(two);
  }
}
