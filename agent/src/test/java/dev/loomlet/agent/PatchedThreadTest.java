package dev.loomlet.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Action;
import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.Loop;
import java.lang.ref.Cleaner;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Threads, pools and timers of code that knows nothing of Loomlet, started by greenlets. */
class PatchedThreadTest {

  @BeforeAll
  static void patch() {
    PatchOptions options = PatchOptions.all().with(Topic.THREADS);
    assertThat(Patch.install(options).of(Topic.THREADS).reason()).isNull();
  }

  private static void onLoop(Action body) throws Exception {
    Loomlet.run(() -> Loomlet.withTimeout(Duration.ofSeconds(30), body));
  }

  private static boolean isGreenletOf(Loop loop) {
    Greenlet<?> self = Greenlet.current();
    return self != null && self.loop() == loop;
  }

  @Test
  void aThreadBecomesAGreenletAndItsObjectKeepsItsMeaning() throws Exception {
    onLoop(
        () -> {
          // given
          Loop loop = Loop.current();
          List<Object> seen = new ArrayList<>();
          InheritableThreadLocal<String> local = new InheritableThreadLocal<>();
          local.set("inherited");
          ClassLoader loader = new ClassLoader() {};
          Thread thread =
              new Thread("given") {
                @Override
                public void run() {
                  seen.add(isGreenletOf(loop));
                  seen.add(Thread.currentThread().getName());
                  seen.add(Thread.currentThread().threadId());
                  seen.add(local.get());
                  seen.add(Thread.currentThread().getContextClassLoader());
                  LockSupport.park();
                  seen.add("unparked");
                  try {
                    Thread.sleep(60_000);
                  } catch (InterruptedException e) {
                    seen.add(Thread.currentThread().getName());
                  }
                }
              };
          thread.setContextClassLoader(loader);
          local.set("changed later");
          assertThat(thread.isAlive()).isFalse();
          assertThat(thread.getState()).isEqualTo(Thread.State.NEW);
          // when
          thread.start();
          // then
          assertThatThrownBy(thread::start).isInstanceOf(IllegalThreadStateException.class);
          assertThat(thread.isAlive()).isTrue();
          assertThat(thread.isVirtual()).isFalse();
          Loomlet.yield();
          assertThat(seen).containsExactly(true, "given", thread.threadId(), "inherited", loader);
          assertThat(thread.getState()).isEqualTo(Thread.State.WAITING);
          assertThat(thread.getStackTrace()).anyMatch(e -> e.getMethodName().equals("park"));
          LockSupport.unpark(thread);
          thread.join(5);
          assertThat(thread.isAlive()).isTrue();
          assertThat(thread.getState()).isEqualTo(Thread.State.TIMED_WAITING);
          thread.setName("renamed");
          thread.interrupt();
          thread.join();
          assertThat(seen.subList(5, 7)).containsExactly("unparked", "renamed");
          assertThat(thread.isAlive()).isFalse();
          assertThat(thread.getState()).isEqualTo(Thread.State.TERMINATED);
          assertThat(thread.join(Duration.ofMillis(1))).isTrue();
        });
  }

  @Test
  void anInterruptBeforeItRunsIsFoundWhenItDoes() throws Exception {
    onLoop(
        () -> {
          boolean[] flag = new boolean[1];
          Thread thread = new Thread(() -> flag[0] = Thread.interrupted());
          thread.start();
          thread.interrupt();
          assertThat(thread.isInterrupted()).isTrue();
          thread.join();
          assertThat(flag[0]).isTrue();
        });
  }

  @Test
  void anUncaughtErrorGoesToTheHandlerOfTheThread() throws Exception {
    onLoop(
        () -> {
          List<Object> seen = new ArrayList<>();
          Thread thread =
              new Thread(
                  () -> {
                    throw new IllegalStateException("thrown");
                  });
          thread.setUncaughtExceptionHandler(
              (whose, error) -> {
                seen.add(whose);
                seen.add(error.getMessage());
              });
          thread.start();
          thread.join();
          assertThat(seen).containsExactly(thread, "thrown");
        });
  }

  @Test
  void theSizeOfAPoolStaysALimitOnWhatRunsAtOnce() throws Exception {
    onLoop(
        () -> {
          // given
          Loop loop = Loop.current();
          AtomicInteger running = new AtomicInteger();
          AtomicInteger most = new AtomicInteger();
          List<Future<Boolean>> results = new ArrayList<>();
          // when
          try (ExecutorService pool = Executors.newFixedThreadPool(3)) {
            for (int i = 0; i < 10; i++) {
              results.add(
                  pool.submit(
                      () -> {
                        most.accumulateAndGet(running.incrementAndGet(), Math::max);
                        Thread.sleep(2);
                        running.decrementAndGet();
                        return isGreenletOf(loop);
                      }));
            }
          }
          // then
          assertThat(most.get()).isEqualTo(3);
          for (Future<Boolean> each : results) {
            assertThat(each.get()).isTrue();
          }
        });
  }

  @Test
  void aPoolThatIsShutDownAtOnceStillEnds() throws Exception {
    onLoop(
        () -> {
          ExecutorService pool = Executors.newCachedThreadPool();
          pool.execute(() -> LockSupport.park());
          pool.shutdownNow();
          assertThat(pool.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        });
  }

  @Test
  void timersAndSchedulesRunOnTheLoop() throws Exception {
    onLoop(
        () -> {
          Loop loop = Loop.current();
          CountDownLatch done = new CountDownLatch(4);
          Timer timer = new Timer(true);
          timer.schedule(
              new TimerTask() {
                @Override
                public void run() {
                  if (isGreenletOf(loop)) {
                    done.countDown();
                  }
                }
              },
              1,
              1);
          ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(1);
          Future<Boolean> scheduled =
              scheduler.schedule(() -> isGreenletOf(loop), 1, TimeUnit.MILLISECONDS);
          done.await();
          assertThat(scheduled.get()).isTrue();
          timer.cancel();
          scheduler.shutdown();
          assertThat(scheduler.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        });
  }

  @Test
  void usersOfTheCommonPoolRunOnTheLoop() throws Exception {
    onLoop(
        () -> {
          Loop loop = Loop.current();
          List<Boolean> seen = new ArrayList<>();
          CompletableFuture<Boolean> last =
              CompletableFuture.supplyAsync(() -> isGreenletOf(loop))
                  .thenApplyAsync(first -> first && isGreenletOf(loop))
                  .thenCombineAsync(
                      CompletableFuture.runAsync(() -> seen.add(isGreenletOf(loop))),
                      (both, none) -> both && isGreenletOf(loop));
          assertThat(last.get()).isTrue();
          assertThat(seen).containsExactly(true);
          ForkJoinPool pool = ForkJoinPool.commonPool();
          assertThat(pool.submit(() -> isGreenletOf(loop)).get()).isTrue();
          pool.submit(() -> seen.set(0, !isGreenletOf(loop))).get();
          assertThat(seen).containsExactly(false);
          // What is split up to be computed on all processors still is.
          assertThat(IntStream.range(0, 10_000).parallel().sum()).isEqualTo(49_995_000);
        });
  }

  @Test
  void whoAsksForAPlatformThreadGetsOne() throws Exception {
    onLoop(
        () -> {
          boolean[] real = new boolean[3];
          Thread.ofPlatform().start(() -> real[0] = !Thread.currentThread().isVirtual()).join();
          Thread made =
              Thread.ofPlatform()
                  .factory()
                  .newThread(() -> real[1] = !Thread.currentThread().isVirtual());
          made.start();
          made.join();
          Process child = new ProcessBuilder("true").start();
          assertThat(child.waitFor()).isZero();
          real[2] = Loomlet.runInExecutor(() -> !Thread.currentThread().isVirtual()).get();
          assertThat(real).containsExactly(true, true, true);
        });
  }

  @Test
  void outsideOfLoopsThreadsAreThreads() throws Exception {
    boolean[] real = new boolean[1];
    Thread thread = new Thread(() -> real[0] = !Thread.currentThread().isVirtual());
    thread.start();
    thread.join();
    assertThat(real[0]).isTrue();
    assertThat(thread.getState()).isEqualTo(Thread.State.TERMINATED);
    assertThat(CompletableFuture.supplyAsync(() -> Thread.currentThread().isVirtual()).get())
        .isFalse();
  }

  @Test
  void thoseThatAreNoDaemonsCanBeAwaited() throws Exception {
    onLoop(
        () -> {
          List<String> seen = new ArrayList<>();
          Thread daemon = new Thread(() -> LockSupport.park());
          daemon.setDaemon(true);
          daemon.start();
          Thread first =
              new Thread(
                  () -> {
                    Thread second = new Thread(() -> seen.add("second"));
                    second.start();
                    seen.add("first");
                  });
          first.start();
          Patch.awaitThreads();
          assertThat(seen).containsExactly("first", "second");
          assertThat(daemon.isAlive()).isTrue();
          LockSupport.unpark(daemon);
          daemon.join();
        });
  }

  @Test
  void workersAndThreadsOfExecutorsThatWaitForTheirEndStayReal() throws Exception {
    Loomlet.run(
        () -> {
          try (ForkJoinPool pool = new ForkJoinPool(2);
              ExecutorService each = Executors.newThreadPerTaskExecutor(Thread::new)) {
            assertThat(pool.submit(() -> Thread.currentThread().isVirtual()).get()).isFalse();
            assertThat(each.submit(() -> Thread.currentThread().isVirtual()).get()).isFalse();
          }
        });
  }

  @Test
  void threadsThatACollectionStartsForTheProgramAreGreenlets() throws Exception {
    onLoop(
        () -> {
          // given
          Loop loop = Loop.current();
          List<Boolean> seen = new ArrayList<>();
          List<Thread> threads =
              List.of(
                  new Thread(() -> seen.add(isGreenletOf(loop))),
                  new Thread(() -> seen.add(isGreenletOf(loop))));
          // when
          threads.forEach(Thread::start);
          for (Thread each : threads) {
            each.join();
          }
          // then
          assertThat(seen).containsExactly(true, true);
        });
  }

  @Test
  void whatTheJdkStartsForItselfStaysAThread() throws Exception {
    onLoop(
        () -> {
          // given
          List<Thread> made = new ArrayList<>();
          // when
          Cleaner.create(
              task -> {
                Thread thread = new Thread(task, "given to a cleaner");
                made.add(thread);
                return thread;
              });
          // then
          assertThat(made).hasSize(1);
          assertThat(made.getFirst().isDaemon()).isTrue();
          assertThat(Thread.getAllStackTraces()).containsKey(made.getFirst());
        });
  }

  @Test
  void threadsThatWaitInTheKernelForChannelsStayThreads() throws Exception {
    onLoop(
        () -> {
          // given
          List<Thread> made = new ArrayList<>();
          AsynchronousChannelGroup group =
              AsynchronousChannelGroup.withFixedThreadPool(
                  1,
                  task -> {
                    Thread thread = new Thread(task, "given to channels");
                    made.add(thread);
                    return thread;
                  });
          try (AsynchronousServerSocketChannel server =
                  AsynchronousServerSocketChannel.open(group);
              AsynchronousSocketChannel client = AsynchronousSocketChannel.open(group)) {
            assertThat(Thread.getAllStackTraces()).containsKey(made.getFirst());
            // when
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            Future<AsynchronousSocketChannel> accepted = server.accept();
            client.connect(server.getLocalAddress()).get();
            // then
            try (AsynchronousSocketChannel peer = accepted.get()) {
              Future<Integer> read = peer.read(ByteBuffer.allocate(1));
              assertThat(client.write(ByteBuffer.wrap(new byte[] {1})).get()).isEqualTo(1);
              assertThat(read.get()).isEqualTo(1);
            }
          } finally {
            group.shutdownNow();
          }
        });
  }
}
