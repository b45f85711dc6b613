package dev.loomlet;

import static dev.loomlet.Loomlet.joinAll;
import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.net.TcpListener;
import dev.loomlet.net.TcpStream;
import dev.loomlet.queue.Channel;
import dev.loomlet.sched.Attributes;
import dev.loomlet.sched.PctPolicy;
import dev.loomlet.sched.Policies;
import dev.loomlet.sched.Policy;
import dev.loomlet.sched.PriorityPolicy;
import dev.loomlet.sched.RoundRobinPolicy;
import dev.loomlet.testing.ChildJvm;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import dev.loomlet.time.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Greenlets behave under each policy; policies look at what greenlets say of themselves. */
@Timeout(120)
final class PoliciesOnLoopsTest {

  /** What greenlets promise whatever the policy: waiting, waking, cancelling, fairness. */
  static void liveUnder(LoopOptions options, String policy) throws Exception {
    Loomlet.run(
        options.withPolicy(Policies.byName(policy)),
        () -> {
          // channels, values, order of one sender
          Channel<Integer> channel = new Channel<>();
          Greenlet<Integer> sum =
              spawn(
                  () -> {
                    int all = 0;
                    for (int i = 0; i < 20; i++) {
                      int next = channel.receive();
                      assertThat(next).isEqualTo(i);
                      all += next;
                    }
                    return all;
                  });
          Greenlet<?> sender =
              spawn(
                  () -> {
                    for (int i = 0; i < 20; i++) {
                      channel.send(i);
                    }
                  });
          // cancellation
          Greenlet<?> killed = spawn(() -> sleep(Duration.ofDays(1)));
          killed.kill();
          assertThat(killed.isCancelled()).isTrue();
          // virtual threads of other code on the same loop, and other threads
          AtomicInteger plain = new AtomicInteger();
          List<Thread> threads = new ArrayList<>();
          for (int i = 0; i < 5; i++) {
            threads.add(
                Thread.startVirtualThread(
                    () -> {
                      Thread.yield();
                      plain.incrementAndGet();
                    }));
          }
          Loop self = Loop.current();
          AsyncResult<Integer> elsewhere = new AsyncResult<>();
          Thread.ofPlatform().start(() -> elsewhere.set(plusOne(self)));
          assertThat(elsewhere.get()).isEqualTo(42);
          for (Thread thread : threads) {
            thread.join();
          }
          assertThat(plain).hasValue(5);
          assertThat(sum.get()).isEqualTo(190);
          sender.get();
          if (policy.equals("pct")) {
            // It starves others for who always yields, as it says.
            return;
          }
          // timers while somebody always yields
          AtomicBoolean stop = new AtomicBoolean();
          Greenlet<?> busy =
              spawn(
                  () -> {
                    while (!stop.get()) {
                      Loomlet.yield();
                    }
                  });
          assertThat(Loomlet.moveOnAfter(Duration.ofMillis(5), () -> sleep(60_000))).isFalse();
          stop.set(true);
          busy.join();
        });
  }

  private static int plusOne(Loop loop) {
    try {
      return loop.call(() -> 41) + 1;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @OnEveryEngine
  void greenletsKeepTheirPromisesUnderEachPolicy(TestLoop loop) throws Exception {
    for (String policy : Policies.names()) {
      liveUnder(loop.options(), policy);
      echoUnder(loop.options().withPolicy(Policies.byName(policy)));
    }
    assertThat(loop.uncaught()).isEmpty();
  }

  private static void echoUnder(LoopOptions options) throws Exception {
    Loomlet.run(
        options,
        () -> {
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0)) {
            Greenlet<?> server =
                spawn(
                    () -> {
                      try (TcpStream peer = listener.accept()) {
                        byte[] bytes = new byte[3];
                        for (int i = 0; i < 5; i++) {
                          assertThat(peer.read(bytes)).isEqualTo(3);
                          peer.write(bytes);
                        }
                      }
                    });
            try (TcpStream stream = TcpStream.connect(listener.localAddress())) {
              byte[] bytes = new byte[3];
              for (int i = 0; i < 5; i++) {
                stream.write(new byte[] {1, 2, (byte) i});
                assertThat(stream.read(bytes)).isEqualTo(3);
                assertThat(bytes).containsExactly(1, 2, i);
              }
            }
            server.join();
          }
        });
  }

  /** For a JVM whose greenlets are mounted by the JDK. */
  static final class MountedByJdk {
    public static void main(String[] args) throws Exception {
      for (String policy : Policies.names()) {
        liveUnder(LoopOptions.defaults(), policy);
      }
      Loomlet.run(
          () -> {
            Greenlet<?> greenlet = Greenlet.of(() -> {});
            greenlet.attributes(Attributes.defaults().withPriority(3));
            System.out.println("ok, priority " + greenlet.attributes().priority());
          });
    }
  }

  @Test
  void theyDoSoWhenTheJdkMountsThem() throws Exception {
    List<String> flags =
        List.of("@" + ChildJvm.home().resolve("build/jvm.args"), "-Dloomlet.mount=jdk");
    try (ChildJvm child = ChildJvm.start(List.of(), flags, MountedByJdk.class)) {
      assertThat(child.rest()).isEqualTo("ok, priority 0\n");
    }
  }

  private static List<String> orderUnder(Supplier<Policy> policy, List<Attributes> attributes)
      throws Exception {
    List<String> order = new ArrayList<>();
    Loomlet.run(
        TestLoop.standard().options().withPolicy(policy),
        () -> {
          List<Greenlet<?>> all = new ArrayList<>();
          for (int i = 0; i < attributes.size(); i++) {
            String name = "" + i;
            Greenlet<?> each = Greenlet.of(() -> order.add(name));
            all.add(each.attributes(attributes.get(i)).start());
          }
          joinAll(all);
        });
    return order;
  }

  @Test
  void whatGreenletsSayOfThemselvesReachesThePolicy() throws Exception {
    Attributes usual = Attributes.defaults();
    assertThat(
            orderUnder(
                Policies.byName("priority"),
                List.of(usual, usual.withPriority(-1), usual.withPriority(2))))
        .containsExactly("2", "0", "1");
    assertThat(
            orderUnder(
                Policies.byName("edf"),
                List.of(usual, usual.withDeadline(30), usual.withDeadline(20))))
        .containsExactly("2", "1", "0");
    assertThat(
            orderUnder(
                Policies.byName("sjf"),
                List.of(
                    usual.withBurst(Duration.ofMillis(3)),
                    usual.withBurst(Duration.ofMillis(2)),
                    usual.withBurst(Duration.ofMillis(1)))))
        .containsExactly("2", "1", "0");
  }

  @Test
  void childrenInheritAllButTheBurst() throws Exception {
    Loomlet.run(
        () -> {
          // given
          Attributes attributes = new Attributes(4, 1000, 77, 9);
          Greenlet<Attributes> parent =
              Greenlet.of(() -> spawn(() -> Greenlet.current().attributes()).get());
          // when
          parent.attributes(attributes).start();
          // then
          assertThat(parent.get()).isEqualTo(new Attributes(4, 0, 77, 9));
          assertThat(Greenlet.current().attributes()).isEqualTo(Attributes.defaults());
        });
  }

  @Test
  void whoHasStartedIsToldOnItsLoopOnly() throws Exception {
    Loomlet.run(
        () -> {
          Greenlet<?> greenlet = spawn(() -> sleep(Duration.ofDays(1)));
          AsyncResult<Throwable> error = new AsyncResult<>();
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      greenlet.attributes(Attributes.defaults());
                      error.set(new AssertionError("nothing was thrown"));
                    } catch (IllegalStateException e) {
                      error.set(e);
                    }
                  });
          assertThat(error.get())
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("set them before, or there by Loop.call");
          greenlet.attributes(Attributes.defaults().withPriority(1));
          assertThat(greenlet.attributes().priority()).isEqualTo(1);
        });
  }

  @Test
  void aChangedPriorityCountsFromTheNextTimeOn() throws Exception {
    // given
    List<String> order = new ArrayList<>();
    Loomlet.run(
        TestLoop.standard().options().withPolicy(PriorityPolicy::new),
        () -> {
          Greenlet<?> first =
              spawn(
                  () -> {
                    order.add("first");
                    Loomlet.yield();
                    order.add("first");
                  });
          Greenlet<?> second =
              spawn(
                  () -> {
                    order.add("second");
                    first.attributes(Attributes.defaults().withPriority(-1));
                    Loomlet.yield();
                    order.add("second");
                    Loomlet.yield();
                    order.add("second");
                  });
          joinAll(first, second);
        });
    // then: the first was ready already with its old one
    assertThat(order).containsExactly("first", "second", "first", "second", "second");
  }

  @Test
  void withAQuantumYieldsDoNotSwitchButLetTimersAndThreadsIn() throws Exception {
    // given
    AtomicInteger switches = new AtomicInteger();
    Loomlet.run(
        TestLoop.standard()
            .options()
            .withPolicy(() -> new RoundRobinPolicy(Duration.ofSeconds(30))),
        () -> {
          AtomicBoolean stop = new AtomicBoolean();
          Loop loop = Loop.current();
          // when: it would have the loop for 30 s
          Greenlet<Integer> busy =
              spawn(
                  () -> {
                    Thread.ofPlatform().start(() -> loop.core().submit(() -> stop.set(true)));
                    int yields = 0;
                    while (!stop.get()) {
                      Loomlet.yield();
                      yields++;
                    }
                    return yields;
                  });
          Greenlet<?> other = spawn(switches::incrementAndGet);
          // then
          assertThat(busy.get()).isPositive();
          other.join();
        });
    assertThat(switches).hasValue(1);
  }

  /** An account whose check and withdrawal are apart, so that two may both find enough. */
  private static int leftAfterTwoWithdrawals(Supplier<Policy> policy) throws Exception {
    int[] balance = {100};
    Loomlet.run(
        LoopOptions.defaults().withVirtualTime(new VirtualClock()).withPolicy(policy),
        () -> {
          // One looks at once, the other after some other work; then it takes a step to pay.
          Greenlet<?> first = spawn(() -> withdraw(balance, 0, 1));
          Greenlet<?> second = spawn(() -> withdraw(balance, 4, 1));
          joinAll(first, second);
        });
    return balance[0];
  }

  private static void withdraw(int[] balance, int stepsBefore, int stepsBetween) {
    pass(stepsBefore);
    if (balance[0] >= 100) {
      pass(stepsBetween);
      balance[0] -= 100;
    }
  }

  private static void pass(int steps) {
    for (int i = 0; i < steps; i++) {
      Loomlet.yield();
    }
  }

  @Test
  void pctFindsABugOfOrderThatFirstInFirstOutNeverShows() throws Exception {
    // given
    assertThat(leftAfterTwoWithdrawals(Policies.byName("fifo"))).isZero();
    // when
    int found = 0;
    int seeds = 200;
    List<Integer> again = new ArrayList<>();
    for (int seed = 0; seed < seeds; seed++) {
      long each = seed;
      if (leftAfterTwoWithdrawals(() -> new PctPolicy(each, 2, 20)) < 0) {
        found++;
        again.add(seed);
      }
    }
    // then: it is of depth 2, so in one of 2 · 20 runs or more, and always with the same seeds
    assertThat(found).isGreaterThanOrEqualTo(seeds / 40);
    for (int seed : again) {
      assertThat(leftAfterTwoWithdrawals(() -> new PctPolicy(seed, 2, 20))).isNegative();
    }
  }
}
