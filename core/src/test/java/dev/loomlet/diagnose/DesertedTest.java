package dev.loomlet.diagnose;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.Loop;
import dev.loomlet.LoopGroup;
import dev.loomlet.queue.Channel;
import dev.loomlet.queue.FifoQueue;
import dev.loomlet.queue.JoinableQueue;
import dev.loomlet.queue.PriorityQueue;
import dev.loomlet.queue.WaitingQueue;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Queues whose producers, or consumers, have ended while other greenlets live. */
@Timeout(60)
final class DesertedTest {
  private final BlockingQueue<Deserted> notes = new LinkedBlockingQueue<>();

  private Watch watch() {
    return Watch.start(
        new WatchOptions(
            Duration.ZERO,
            deadlock -> {
              throw new AssertionError(deadlock.toString());
            },
            _ -> {},
            notes::add,
            false));
  }

  /** A greenlet that puts something and ends of an error that reaches somebody. */
  private static void crash(String name, WaitingQueue<String> queue) throws Exception {
    Greenlet<?> producer =
        spawn(
            name,
            () -> {
              queue.put("from " + name);
              throw new IOException("disk of " + name + " full");
            });
    producer.linkException(_ -> {});
    producer.join();
  }

  private static void drain(WaitingQueue<String> queue) throws InterruptedException {
    while (true) {
      queue.take();
    }
  }

  @Test
  void whoWaitsForAProducerThatCrashedIsNotedOnceWhileOthersLive() throws Exception {
    try (Watch _ = watch()) {
      TestLoop.standard()
          .run(
              () -> {
                // given
                FifoQueue<String> queue = new FifoQueue<>();
                spawn("ticker", () -> sleep(60_000));
                spawn("consumer", () -> drain(queue));

                // when
                spawn("producer-2", () -> queue.put("the last")).join();
                crash("producer-1", queue);
                Deserted note = notes.take();

                // then
                assertThat(note.place()).startsWith("FifoQueue@").endsWith(" of 0 elements");
                assertThat(note.toTake()).isTrue();
                assertThat(note.ended())
                    .containsExactly(
                        "greenlet \"producer-2\" (ended)",
                        "greenlet \"producer-1\" (failed: java.io.IOException: disk of producer-1"
                            + " full)");
                assertThat(note.waiting()).hasSize(1);
                assertThat(note.waiting().getFirst().name())
                    .startsWith("greenlet \"consumer\" of ");
                assertThat(note.waiting().getFirst().stack())
                    .anyMatch(frame -> frame.getMethodName().equals("drain"));
                assertThat(note.toString())
                    .startsWith("all have ended who ever put into FifoQueue@")
                    .contains("    greenlet \"producer-2\" (ended)\n")
                    .contains(" has waited for more than a second to take from it\n")
                    .contains("      at dev.loomlet.diagnose.DesertedTest.drain(");
                assertThat(notes.poll(600, TimeUnit.MILLISECONDS)).isNull();
              });
    }
  }

  @Test
  void whoWaitsForRoomIsNotedWhenTheConsumersHaveEnded() throws Exception {
    try (Watch _ = watch()) {
      TestLoop.standard()
          .run(
              () -> {
                // given
                Channel<String> channel = new Channel<>();
                Greenlet<?> consumer =
                    spawn(
                        "consumer",
                        () -> {
                          channel.receive();
                          throw new IllegalStateException("had enough");
                        });
                consumer.linkException(_ -> {});

                // when
                spawn(
                    "producer",
                    () -> {
                      channel.send("one");
                      channel.send("two");
                    });
                Deserted note = notes.take();

                // then
                assertThat(note.toTake()).isFalse();
                assertThat(note.ended())
                    .containsExactly(
                        "greenlet \"consumer\" (failed: java.lang.IllegalStateException: had"
                            + " enough)");
                assertThat(note.toString())
                    .startsWith("all have ended who ever took from Channel[")
                    .contains("has waited for more than a second to put into it");
              });
    }
  }

  @Test
  void aThreadThatRunsItsLoopWhileItWaitsIsNotedToo() throws Exception {
    // given
    CompletableFuture<FifoQueue<String>> waitedAt = new CompletableFuture<>();
    CompletableFuture<String> got = new CompletableFuture<>();
    Thread.ofPlatform()
        .name("owner")
        .start(
            () -> {
              FifoQueue<String> queue = new FifoQueue<>();
              waitedAt.complete(queue);
              Loop.current();
              try {
                crash("producer", queue);
                queue.take();
                got.complete(queue.take());
              } catch (Exception e) {
                got.completeExceptionally(e);
              }
            });

    // when
    try (Watch _ = watch()) {
      Deserted note = notes.take();

      // then
      assertThat(note.waiting())
          .extracting(Deserted.Waiting::name)
          .containsExactly("thread \"owner\"");
    }
    waitedAt.get().put("after all");
    assertThat(got.get()).isEqualTo("after all");
  }

  /** Everything that must not be noted, at once, beside one thing that must. */
  @Test
  void nothingIsNotedAsLongAsSomebodyKnownMayComeOrNobodyHasFailed() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    try (LoopGroup group = LoopGroup.start(1)) {
      TestLoop.standard()
          .run(
              () -> {
                // given: nobody has failed
                FifoQueue<String> normalEnd = new FifoQueue<>();
                spawn(() -> normalEnd.put("")).join();
                consume(normalEnd);

                // given: nobody was there
                consume(new FifoQueue<>());

                // given: others live, of this loop, of another one, and of none
                FifoQueue<String> successor = new FifoQueue<>();
                crash("crashed", successor);
                spawn(() -> putAndStay(successor, over));
                consume(successor);
                FifoQueue<String> farSuccessor = new FifoQueue<>();
                crash("crashed", farSuccessor);
                group.spawn(() -> putAndStay(farSuccessor, over));
                consume(farSuccessor);
                FifoQueue<String> threads = new FifoQueue<>();
                crash("crashed", threads);
                Thread.ofPlatform().start(() -> putAndStay(threads, over));
                consume(threads);
                FifoQueue<String> virtualThreads = new FifoQueue<>();
                crash("crashed", virtualThreads);
                startOnTheJdksScheduler(() -> putAndStay(virtualThreads, over));
                consume(virtualThreads);

                // given: more than are remembered, at a time or one after another
                FifoQueue<String> crowd = new FifoQueue<>();
                List<Greenlet<?>> many =
                    java.util.stream.IntStream.range(0, 9)
                        .<Greenlet<?>>mapToObj(
                            _ ->
                                spawn(
                                    () -> {
                                      crowd.put("");
                                      sleep(20);
                                    }))
                        .toList();
                Loomlet.joinAll(many);
                crash("crashed", crowd);
                consume(crowd);
                FifoQueue<String> procession = new FifoQueue<>();
                for (int i = 0; i < 9; i++) {
                  crash("crashed", procession);
                }
                consume(procession);

                // given: waits that end by themselves, and one for something else
                FifoQueue<String> timed = new FifoQueue<>();
                crash("crashed", timed);
                timed.take();
                spawn(() -> timed.poll(Duration.ofDays(1)));
                PriorityQueue<String> inScope = new PriorityQueue<>();
                crash("crashed", inScope);
                inScope.take();
                spawn(() -> Loomlet.withTimeout(Duration.ofDays(1), inScope::take));
                JoinableQueue<String> joined = new JoinableQueue<>();
                crash("crashed", joined);
                joined.take();
                spawn(() -> joined.join());

                // given: the one thing, at which somebody waits for all work to be done, too
                JoinableQueue<String> control = new JoinableQueue<>();
                crash("the one", control);
                spawn("joiner", () -> control.join());
                spawn("consumer", () -> drain(control));
                sleep(50);

                // when
                List<Deserted> found = Deadlocks.deserted();

                // then
                assertThat(found)
                    .flatExtracting(Deserted::ended)
                    .containsExactly(
                        "greenlet \"the one\" (failed: java.io.IOException: disk of the one"
                            + " full)");
                assertThat(found)
                    .flatExtracting(Deserted::waiting)
                    .extracting(each -> each.thread().getName())
                    .containsExactly("consumer");
                assertThat(Deadlocks.find()).isEmpty();
                over.countDown();
              });
    }
  }

  private static void consume(WaitingQueue<String> queue) {
    spawn(() -> drain(queue));
  }

  private static void putAndStay(WaitingQueue<String> queue, CountDownLatch over) {
    try {
      queue.put("");
      over.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A virtual thread that a greenlet starts is one of its loop. */
  private static void startOnTheJdksScheduler(Runnable task) {
    Thread.ofPlatform().start(() -> Thread.ofVirtual().start(task));
  }

  @Test
  void aLookWithoutASuspicionDoesNotWait() throws Exception {
    TestLoop.standard()
        .run(
            () -> {
              // given
              consume(new FifoQueue<>());
              int[] turns = {0};
              spawn(
                  () -> {
                    turns[0]++;
                  });

              // when
              List<Deserted> found = Deadlocks.deserted();

              // then
              assertThat(found).isEmpty();
              assertThat(turns[0]).isZero();
            });
  }

  @Test
  void aQueueKeepsNothingOfAProducerButItsNameAndEnd() throws Exception {
    TestLoop.standard()
        .run(
            () -> {
              // given
              FifoQueue<String> queue = new FifoQueue<>();
              WeakReference<?>[] gone = new WeakReference<?>[3];

              // when
              leave(queue, gone);

              // then
              for (WeakReference<?> each : gone) {
                while (each.get() != null) {
                  System.gc();
                  sleep(1);
                }
              }
              assertThat(queue).hasSize(2);
            });
  }

  private static void leave(WaitingQueue<String> queue, WeakReference<?>[] gone) throws Exception {
    Greenlet<Object> ended =
        spawn(
            () -> {
              queue.put("");
              return new Object();
            });
    ended.join();
    Throwable error = new IOException("big");
    Greenlet<?> failed =
        spawn(
            () -> {
              queue.put("");
              throw new IOException("outer", error);
            });
    failed.linkException(_ -> {});
    failed.join();
    gone[0] = new WeakReference<>(ended.get());
    gone[1] = new WeakReference<>(failed);
    gone[2] = new WeakReference<>(error);
  }
}
