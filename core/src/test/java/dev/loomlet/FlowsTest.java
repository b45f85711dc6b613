package dev.loomlet;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class FlowsTest {
  private static final Duration FOR_EVER = Duration.ofDays(1);

  // Reading

  @OnEveryEngine
  void readsAllItemsOfAPublisherOfOtherThreads(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          for (int buffer : new int[] {1, 2, 3, 16, 1000}) {
            // given
            List<Integer> items = IntStream.range(0, 100).boxed().toList();
            List<Integer> read = new ArrayList<>();
            SubmissionPublisher<Integer> publisher = new SubmissionPublisher<>();
            try (FlowReader<Integer> reader = Flows.subscribe(publisher, buffer)) {
              Thread.ofPlatform()
                  .start(
                      () -> {
                        items.forEach(publisher::submit);
                        publisher.close();
                      });

              // when
              for (int each : reader) {
                read.add(each);
              }

              // then
              assertThat(read).isEqualTo(items);
              assertThat(reader.hasNext()).isFalse();
              assertThatThrownBy(reader::next).isInstanceOf(NoSuchElementException.class);
            }
          }
        });
  }

  @OnEveryEngine
  void requestsNoMoreThanItHasRoomFor(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Source source = new Source();
          FlowReader<Integer> reader = Flows.subscribe(source, 4);
          assertThat(source.requested).isEqualTo(4);

          // when
          source.send(4);
          assertThat(reader.next()).isZero();
          assertThat(source.requested).isEqualTo(4);
          assertThat(reader.next()).isEqualTo(1);

          // then
          assertThat(source.requested).as("two are taken, so there is room for two").isEqualTo(6);
          reader.close();
          assertThat(source.cancellations).isEqualTo(1);
          reader.close();
          assertThat(source.cancellations).isEqualTo(1);
          assertThat(reader.hasNext()).isFalse();
        });
  }

  @OnEveryEngine
  void anErrorComesOnceAndAfterTheItems(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Source source = new Source();
          FlowReader<Integer> reader = Flows.subscribe(source, 4);
          Exception error = new Exception("source");

          // when
          source.send(1);
          source.subscriber.onError(error);

          // then
          assertThat(reader.next()).isZero();
          assertThat(reader.hasNext()).isTrue();
          assertThatThrownBy(reader::next).isInstanceOf(CompletionException.class).hasCause(error);
          assertThat(reader.hasNext()).isFalse();
          reader.close();
          assertThat(source.cancellations).as("it had ended by itself").isZero();
        });
  }

  @OnEveryEngine
  void aPublisherThatBreaksTheRulesIsCancelledAndNamed(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Source source = new Source();
          FlowReader<Integer> reader = Flows.subscribe(source, 2);

          // when
          source.send(3);

          // then
          assertThat(source.cancellations).isEqualTo(1);
          assertThat(reader.next()).isZero();
          assertThat(reader.next()).isEqualTo(1);
          assertThatThrownBy(reader::next).hasMessageContaining("more than the requested 2");
          assertThatThrownBy(() -> source.subscriber.onNext(null))
              .isInstanceOf(NullPointerException.class);
          assertThatThrownBy(() -> source.subscriber.onError(null))
              .isInstanceOf(NullPointerException.class);
          assertThatThrownBy(() -> source.subscriber.onSubscribe(null))
              .isInstanceOf(NullPointerException.class);
          Source second = new Source();
          source.subscriber.onSubscribe(second);
          assertThat(second.cancellations).as("a second subscription (rule 2.5)").isEqualTo(1);
        });
  }

  @OnEveryEngine
  void aReaderThatIsCancelledWhileItWaitsCancelsTheSubscription(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Source source = new Source();
          Greenlet<Void> reading =
              spawn(
                  () -> {
                    try (FlowReader<Integer> reader = Flows.subscribe(source, 4)) {
                      reader.forEachRemaining(_ -> {});
                    }
                  });
          Loomlet.yield();

          // when
          reading.kill();

          // then
          assertThat(reading.isCancelled()).isTrue();
          assertThat(source.cancellations).isEqualTo(1);
        });
  }

  @OnEveryEngine
  void aSubscriptionThatComesAfterTheReaderWasClosedIsCancelled(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Source source = new Source();
          source.late = true;
          FlowReader<Integer> reader = Flows.subscribe(source, 4);
          reader.close();
          source.subscriber.onSubscribe(source);
          assertThat(source.cancellations).isEqualTo(1);
          assertThat(source.requested).isZero();
        });
  }

  @Test
  void readsOnAPlatformThreadToo() {
    SubmissionPublisher<String> publisher = new SubmissionPublisher<>();
    try (FlowReader<String> reader = Flows.subscribe(publisher, 2);
        Stream<String> stream = reader.stream()) {
      publisher.submit("a");
      publisher.submit("b");
      publisher.close();
      assertThat(stream.toList()).containsExactly("a", "b");
    }
  }

  /** A publisher by hand, which obeys nobody. */
  private static final class Source implements Flow.Publisher<Integer>, Flow.Subscription {
    private Flow.Subscriber<? super Integer> subscriber;
    private boolean late;
    private long requested;
    private int cancellations;

    @Override
    public void subscribe(Flow.Subscriber<? super Integer> given) {
      subscriber = given;
      if (!late) {
        given.onSubscribe(this);
      }
    }

    void send(int count) {
      IntStream.range(0, count).forEach(subscriber::onNext);
    }

    @Override
    public void request(long n) {
      requested += n;
    }

    @Override
    public void cancel() {
      cancellations++;
    }
  }

  // Publishing

  @OnEveryEngine
  void publishesNoMoreThanRequestedAndCompletesOnce(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Sink sink = new Sink(Sink.NONE);
          Flows.publish(List.of(1, 2, 3)).subscribe(sink);
          settle();
          assertThat(sink.signals).containsExactly("subscribed");

          // when / then
          sink.subscription.request(1);
          settle();
          assertThat(sink.signals).containsExactly("subscribed", "1");
          sink.subscription.request(1);
          sink.subscription.request(1);
          settle();
          assertThat(sink.signals).containsExactly("subscribed", "1", "2", "3", "completed");
          sink.subscription.request(1);
          sink.subscription.request(-1);
          sink.subscription.cancel();
          settle();
          assertThat(sink.signals).as("nothing after the end").hasSize(5);
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void eachSubscriberGetsARunOfItsOwn(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Flow.Publisher<Integer> publisher =
              Flows.publish(
                  out -> {
                    for (int i = 0; i < 3; i++) {
                      sleep(1);
                      out.emit(i);
                    }
                  });
          // when / then
          for (int i = 0; i < 2; i++) {
            try (FlowReader<Integer> reader = Flows.subscribe(publisher, 2)) {
              assertThat(reader.stream().toList()).containsExactly(0, 1, 2);
            }
          }
          Sink all = new Sink(Long.MAX_VALUE);
          publisher.subscribe(all);
          Loomlet.joinOthers();
          all.subscription.request(Long.MAX_VALUE);
          assertThat(all.signals).containsExactly("subscribed", "0", "1", "2", "completed");
        });
  }

  @OnEveryEngine
  void cancellingEndsTheGreenletAndRunsItsFinally(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          List<String> cleaned = new ArrayList<>();
          Flow.Publisher<Integer> publisher =
              Flows.publish(
                  out -> {
                    try {
                      for (int i = 0; ; i++) {
                        out.emit(i);
                      }
                    } finally {
                      cleaned.add("finally");
                    }
                  });
          Sink waiting = new Sink(1);
          Sink cancelling = new Sink(5);
          cancelling.cancelAfter = 2;
          publisher.subscribe(waiting);
          publisher.subscribe(cancelling);
          settle();

          // when
          waiting.subscription.cancel();
          Loomlet.joinOthers();

          // then
          assertThat(waiting.signals).containsExactly("subscribed", "0");
          assertThat(cancelling.signals).containsExactly("subscribed", "0", "1");
          assertThat(cleaned).hasSize(2);
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void aBodyThatSwallowsTheCancellationCannotEmitAnyMore(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Sink sink = new Sink(1);
          List<Throwable> caught = new ArrayList<>();
          Flows.publish(
                  (Flows.Emitter<? super Integer> out) -> {
                    for (int i = 0; i < 4; i++) {
                      try {
                        out.emit(i);
                      } catch (Cancelled e) {
                        caught.add(e);
                      }
                    }
                  })
              .subscribe(sink);
          settle();

          // when
          sink.subscription.cancel();
          sink.subscription.request(10);
          Loomlet.joinOthers();

          // then
          assertThat(sink.signals).containsExactly("subscribed", "0");
          assertThat(caught).hasSize(3);
        });
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void aRequestBelowOneIsAnError(long n) throws Exception {
    TestLoop.standard()
        .run(
            () -> {
              // given
              Sink waiting = new Sink(1);
              Flows.publish(List.of(1, 2)).subscribe(waiting);
              Sink atOnce = new Sink(n);
              Flows.publish(List.of(1, 2)).subscribe(atOnce);
              settle();

              // when
              waiting.subscription.request(n);
              Loomlet.joinOthers();

              // then
              String error = "error IllegalArgumentException";
              assertThat(waiting.signals).containsExactly("subscribed", "1", error);
              assertThat(atOnce.signals).containsExactly("subscribed", error);
            });
  }

  @OnEveryEngine
  void anErrorOfTheBodyIsTheSubscribers(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Sink failed = new Sink(5);
          Flows.publish(
                  (Flows.Emitter<? super Integer> out) -> {
                    out.emit(1);
                    throw new IOException("body");
                  })
              .subscribe(failed);
          Sink nulls = new Sink(5);
          Flows.<Integer>publish(out -> out.emit(null)).subscribe(nulls);
          Loomlet.joinOthers();
          assertThat(failed.signals).containsExactly("subscribed", "1", "error IOException");
          assertThat(nulls.signals).containsExactly("subscribed", "error NullPointerException");
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void anErrorOfTheSubscriberEndsTheRunAndIsReported(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Sink sink = new Sink(5);
          sink.throwAfter = 1;
          Flows.publish(List.of(1, 2, 3)).subscribe(sink);
          Loomlet.joinOthers();
          assertThat(sink.signals).containsExactly("subscribed", "1");
        });
    assertThat(loop.uncaught()).hasSize(1);
    assertThat(loop.uncaught().getFirst()).hasMessage("subscriber");
  }

  @OnEveryEngine
  void asTheLoopEndsASubscriberIsToldSo(TestLoop loop) throws Exception {
    Sink sink = new Sink(5);
    loop.run(
        () -> {
          Flows.publish((Flows.Emitter<? super Integer> _) -> sleep(FOR_EVER)).subscribe(sink);
          settle();
        });
    assertThat(sink.signals).containsExactly("subscribed", "error CancellationException");
  }

  @Test
  void afterTheLoopHasEndedASubscriberIsToldSo() throws Exception {
    List<Flow.Publisher<Integer>> publisher = new ArrayList<>();
    TestLoop.standard().run(() -> publisher.add(Flows.publish(List.of(1))));
    Sink sink = new Sink(5);
    publisher.getFirst().subscribe(sink);
    assertThat(sink.signals).containsExactly("subscribed", "error RejectedExecutionException");
  }

  @OnEveryEngine
  void demandMayComeFromOtherThreads(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          int count = 1_000;
          AsyncResult<Integer> sum = new AsyncResult<>();
          Flows.publish(() -> IntStream.rangeClosed(1, count).iterator())
              .subscribe(
                  new Flow.Subscriber<>() {
                    private Flow.Subscription subscription;
                    private int total;

                    @Override
                    public void onSubscribe(Flow.Subscription given) {
                      subscription = given;
                      Thread.ofPlatform().start(() -> given.request(1));
                    }

                    @Override
                    public void onNext(Integer item) {
                      total += item;
                      Loomlet.runInExecutor(
                          () -> {
                            subscription.request(1);
                            return null;
                          });
                    }

                    @Override
                    public void onError(Throwable error) {
                      sum.setException(error);
                    }

                    @Override
                    public void onComplete() {
                      sum.set(total);
                    }
                  });
          // when / then
          assertThat(sum.get()).isEqualTo(count * (count + 1) / 2);
        });
  }

  private static void settle() {
    for (int i = 0; i < 20; i++) {
      Loomlet.yield();
    }
  }

  /** Notes what it is sent. */
  private static final class Sink implements Flow.Subscriber<Integer> {
    private static final long NONE = -2;

    private final long first;
    private final List<String> signals = new ArrayList<>();
    private Flow.Subscription subscription;
    private int cancelAfter = -1;
    private int throwAfter = -1;
    private int items;

    /** Requests so many at first; {@link #NONE} for no request. */
    Sink(long first) {
      this.first = first;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      signals.add("subscribed");
      if (first != NONE) {
        given.request(first);
      }
    }

    @Override
    public void onNext(Integer item) {
      signals.add(String.valueOf(item));
      items++;
      if (items == cancelAfter) {
        subscription.cancel();
      }
      if (items == throwAfter) {
        throw new IllegalStateException("subscriber");
      }
    }

    @Override
    public void onError(Throwable error) {
      signals.add("error " + error.getClass().getSimpleName());
    }

    @Override
    public void onComplete() {
      signals.add("completed");
    }
  }

  /** Writes down the signals that it gets. */
  private record Recorder(List<String> signals) implements Flow.Subscriber<Integer> {
    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      signals.add("subscribed");
      subscription.request(1);
    }

    @Override
    public void onNext(Integer item) {
      signals.add("" + item);
    }

    @Override
    public void onError(Throwable error) {
      signals.add(error.getClass().getSimpleName());
    }

    @Override
    public void onComplete() {
      signals.add("complete");
    }
  }

  @OnEveryEngine
  void tellsASubscriberWhoseLoopClosesBeforeItsTurn(TestLoop loop) throws Exception {
    // given
    List<String> signals = new ArrayList<>();

    // when: a greenlet that is started while the loop closes never comes to its code
    loop.run(
        () -> {
          spawn(
              () -> {
                try {
                  sleep(60_000);
                } finally {
                  Flows.publish(List.of(1)).subscribe(new Recorder(signals));
                }
              });
          sleep(1);
        });

    // then
    assertThat(signals).containsExactly("subscribed", "CancellationException");
  }

  @OnEveryEngine
  void aReaderOfAnotherLoopLearnsThatThePublishersLoopWasClosed(TestLoop loop) throws Exception {
    // given
    List<Flow.Publisher<Integer>> publisher = new ArrayList<>();
    List<String> signals = new ArrayList<>();
    loop.run(() -> publisher.add(Flows.publish(List.of(1))));

    // when
    publisher.getFirst().subscribe(new Recorder(signals));

    // then
    assertThat(signals).containsExactly("subscribed", "RejectedExecutionException");
    assertThat(loop.uncaught()).isEmpty();
  }
}
