package dev.loomlet.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.LoopGroup;
import dev.loomlet.testing.Repeat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Selects that meet selects, between loops: each value that was sent was received, once. */
@Timeout(120)
@Tag("alone")
final class SelectRacesTest {

  /** What one greenlet did. */
  private record Account(List<Integer> sent, List<Integer> received) {
    Account() {
      this(new ArrayList<>(), new ArrayList<>());
    }
  }

  /** Sends and receives by select, on all channels, in a new order each time. */
  private static Account trade(List<Channel<Integer>> channels, int party, int rounds)
      throws Exception {
    Account account = new Account();
    Random random = new Random(party);
    for (int i = 0; i < rounds; i++) {
      int value = party * rounds + i;
      int first = random.nextInt(channels.size());
      Select<Object> select = Select.first();
      for (int k = 0; k < channels.size(); k++) {
        Channel<Integer> channel = channels.get((first + k) % channels.size());
        if (random.nextBoolean()) {
          select.send(channel, value, () -> account.sent.add(value));
        } else {
          select.receive(channel, account.received::add);
        }
      }
      select.after(Duration.ofNanos(1 + random.nextInt(300_000)), () -> null);
      if (random.nextInt(4) == 0) {
        Loomlet.moveOnAfter(Duration.ofNanos(1 + random.nextInt(200_000)), select::await);
      } else {
        select.await();
      }
    }
    return account;
  }

  private static void tradeOnTwoLoops(List<Channel<Integer>> channels, int rounds)
      throws Exception {
    List<Integer> sent = new ArrayList<>();
    List<Integer> received = new ArrayList<>();
    try (LoopGroup group = LoopGroup.start(2)) {
      List<Greenlet<Account>> parties = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        int party = i;
        parties.add(group.loop(i % 2).spawn(() -> trade(channels, party, rounds)));
      }
      for (Greenlet<Account> each : parties) {
        sent.addAll(each.get().sent());
        received.addAll(each.get().received());
      }
    }
    for (Channel<Integer> each : channels) {
      assertThat(each.statistics().waitingSenders()).isZero();
      assertThat(each.statistics().waitingReceivers()).isZero();
      for (Integer left = each.tryReceive(); left != null; left = each.tryReceive()) {
        received.add(left);
      }
    }
    assertThat(received).doesNotHaveDuplicates();
    assertThat(received).containsExactlyInAnyOrderElementsOf(sent);
    assertThat(sent).as("or the race was none").hasSizeGreaterThan(rounds / 10);
  }

  @Test
  void meetOnChannelsWithoutABuffer() throws Exception {
    tradeOnTwoLoops(
        List.of(new Channel<>(), new Channel<>(), new Channel<>()), Repeat.times(3_000));
  }

  @Test
  void meetOnChannelsWithABuffer() throws Exception {
    tradeOnTwoLoops(
        List.of(new Channel<>(1), new Channel<>(), new Channel<>(2)), Repeat.times(3_000));
  }

  @Test
  void oneValueGoesToOneOfManySelects() throws Exception {
    // given
    Channel<Integer> one = new Channel<>();
    Channel<Integer> two = new Channel<>();
    int count = Repeat.times(5_000);
    List<Integer> received = new ArrayList<>();
    try (LoopGroup group = LoopGroup.start(2)) {
      List<Greenlet<List<Integer>>> receivers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        receivers.add(
            group
                .loop(i % 2)
                .spawn(
                    () -> {
                      List<Integer> own = new ArrayList<>();
                      Select<Boolean> select =
                          Select.<Boolean>first().receive(one, own::add).receive(two, own::add);
                      try {
                        while (select.await()) {}
                      } catch (ChannelClosedException e) {
                        return own;
                      }
                      throw new AssertionError();
                    }));
      }
      // when
      List<Greenlet<?>> senders = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        Channel<Integer> channel = i == 0 ? one : two;
        int first = i * count;
        senders.add(
            group
                .loop(i)
                .spawn(
                    () -> {
                      for (int k = 0; k < count; k++) {
                        channel.send(first + k);
                      }
                    }));
      }
      Loomlet.joinAll(senders);
      one.close();
      for (Greenlet<List<Integer>> each : receivers) {
        received.addAll(each.get());
      }
    }
    // then
    assertThat(received).doesNotHaveDuplicates().hasSize(2 * count);
  }

  @Test
  void lockInOneOrderHoweverTheyAreWritten() throws Exception {
    // given: the same two channels, named in opposite order, by those who never agree
    Channel<Integer> one = new Channel<>();
    Channel<Integer> two = new Channel<>();
    int rounds = Repeat.times(5_000);
    try (LoopGroup group = LoopGroup.start(2)) {
      // when
      List<Greenlet<?>> both = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        Channel<Integer> first = i == 0 ? one : two;
        Channel<Integer> second = i == 0 ? two : one;
        both.add(
            group
                .loop(i)
                .spawn(
                    () -> {
                      Select<Integer> select =
                          Select.<Integer>first()
                              .receive(first, value -> value)
                              .receive(second, value -> value)
                              .after(Duration.ofNanos(1), () -> 0);
                      for (int k = 0; k < rounds; k++) {
                        select.await();
                      }
                    }));
      }
      // then: it ends
      Loomlet.joinAll(both);
    }
  }
}
