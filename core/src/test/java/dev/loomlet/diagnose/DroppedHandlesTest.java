package dev.loomlet.diagnose;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.Greenlet;
import dev.loomlet.queue.Channel;
import dev.loomlet.queue.Receiver;
import dev.loomlet.queue.Select;
import dev.loomlet.queue.Sender;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Channels whose other end nobody has any more, though nobody closed it. */
@Timeout(60)
final class DroppedHandlesTest {
  private final BlockingQueue<Deadlock> deadlocks = new LinkedBlockingQueue<>();

  private final List<Object> closed = new ArrayList<>();

  private Watch watch() {
    return Watch.start(new WatchOptions(Duration.ZERO, deadlocks::add, _ -> {}, _ -> {}, false));
  }

  /**
   * Leaves a receiver of a channel to which two have sent; their handles are left to nobody. A
   * third one is kept, but closed.
   */
  private Receiver<String> dropSenders() throws Exception {
    Channel.Ends<String> ends = Channel.open(10);
    Sender<String> first = ends.sender();
    Sender<String> second = first.cloneSender();
    Sender<String> third = first.cloneSender();
    spawn("producer-1", () -> first.send("one")).join();
    Greenlet<?> crashed =
        spawn(
            "producer-2",
            () -> {
              second.send("two");
              throw new IOException("line cut");
            });
    crashed.linkException(_ -> {});
    crashed.join();
    third.close();
    closed.add(third);
    return ends.receiver();
  }

  private static void receiveAll(Receiver<String> receiver) {
    for (String _ : receiver) {
      Thread.onSpinWait();
    }
  }

  @Test
  void receiversOfAChannelWhoseSendersWereDroppedAreADeadlock() throws Exception {
    try (Watch _ = watch()) {
      TestLoop.standard()
          .run(
              () -> {
                // given
                spawn("ticker", () -> sleep(60_000));
                Receiver<String> receiver = dropSenders();

                // when
                Greenlet<?> consumer = spawn("consumer", () -> receiveAll(receiver));
                Deadlock deadlock = deadlocks.take();

                // then
                assertThat(deadlock.reason())
                    .isEqualTo(
                        "all 2 senders of it were dropped without close(); its producers have all"
                            + " ended: greenlet \"producer-1\" (ended), greenlet \"producer-2\""
                            + " (failed: java.io.IOException: line cut)");
                assertThat(deadlock.parties()).hasSize(1);
                Deadlock.Party party = deadlock.parties().getFirst();
                assertThat(party.thread()).isSameAs(consumer.thread());
                assertThat(party.holds()).isNull();
                assertThat(party.waitsFor()).startsWith("Channel[");
                assertThat(deadlock.toString())
                    .startsWith("deadlock of 1:\n  greenlet \"consumer\" of ")
                    .contains("    waits for Channel[", "]\n    all 2 senders of it were dropped")
                    .contains("      at dev.loomlet.diagnose.DroppedHandlesTest.receiveAll(");
                assertThat(deadlocks.poll(600, TimeUnit.MILLISECONDS)).isNull();
                assertThat(Deadlocks.find())
                    .extracting(Deadlock::reason)
                    .containsExactly(deadlock.reason());
              });
    }
  }

  @Test
  void sendersOfAChannelWhoseReceiversWereDroppedAreADeadlock() throws Exception {
    try (Watch _ = watch()) {
      TestLoop.standard()
          .run(
              () -> {
                // given
                spawn("ticker", () -> sleep(60_000));
                Sender<String> sender = Channel.<String>open(0).sender();

                // when
                spawn("producer", () -> sender.send("in vain"));

                // then
                assertThat(deadlocks.take().reason())
                    .isEqualTo(
                        "its only receiver was dropped without close(); nobody ever took from it");
              });
    }
  }

  @Test
  void aWayToSendThatSomebodyStillHasIsHope() throws Exception {
    TestLoop.standard()
        .run(
            () -> {
              // given
              List<Object> kept = new ArrayList<>();
              Channel.Ends<String> held = Channel.open(1);
              kept.add(held.sender());
              spawn(() -> receiveAll(held.receiver()));
              Channel.Ends<String> cloned = Channel.open(1);
              kept.add(cloned.sender().cloneSender());
              cloned.sender().close();
              spawn(() -> receiveAll(cloned.receiver()));
              Channel.Ends<String> selected = Channel.open(1);
              kept.add(Select.<String>first().send(selected.sender(), "", () -> ""));
              Receiver<String> ofSelected = selected.receiver();
              spawn(() -> receiveAll(ofSelected));
              spawn(() -> receiveAll(sentToLater()));
              Receiver<String> direct = new Channel<String>(1).receiver();
              spawn(() -> receiveAll(direct));
              Receiver<String> timed = dropSenders();
              spawn(
                  () -> {
                    timed.receive();
                    timed.receive();
                    timed.tryReceive(Duration.ofDays(1));
                  });

              // when
              for (int i = 0; i < 3; i++) {
                sleep(5);
                System.gc();
              }

              // then
              assertThat(Deadlocks.find()).isEmpty();
              Reference.reachabilityFence(kept);
            });
  }

  /** Only a greenlet that sleeps has the sender. */
  private static Receiver<String> sentToLater() {
    Channel.Ends<String> ends = Channel.open(1);
    Sender<String> sender = ends.sender();
    spawn(
        () -> {
          sleep(60_000);
          sender.send("late");
        });
    return ends.receiver();
  }

  @Test
  void aChannelWhoseSendersWereClosedJustEnds() throws Exception {
    TestLoop.standard()
        .run(
            () -> {
              // given
              Channel.Ends<String> ends = Channel.open(1);
              Greenlet<?> consumer = spawn(() -> receiveAll(ends.receiver()));
              sleep(1);

              // when
              ends.sender().close();
              System.gc();

              // then
              consumer.join();
              assertThat(consumer.isSuccessful()).isTrue();
            });
  }
}
