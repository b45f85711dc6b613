package dev.loomlet.sync;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static dev.loomlet.sync.Waiting.FOR_EVER;
import static dev.loomlet.sync.Waiting.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.loomlet.Action;
import dev.loomlet.CancelScope;
import dev.loomlet.Cancelled;
import dev.loomlet.Greenlet;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each operation that waits, ended in each of the ways in which a wait can be ended. */
@Timeout(60)
final class CancellationTest {

  /**
   * An operation that has to wait.
   *
   * @param body does it, and undoes it
   * @param waiting how many do
   * @param give lets one of them succeed
   */
  private record Operation(String name, Action body, IntSupplier waiting, Action give) {

    /** Starts it and lets it get to its wait. */
    Greenlet<?> start() {
      int before = waiting.getAsInt();
      Greenlet<?> greenlet = spawn(name, body);
      until(() -> waiting.getAsInt() == before + 1);
      return greenlet;
    }

    /** Nothing is left behind in the line, and whoever comes next gets what is given. */
    void isAsItWas() throws Exception {
      assertThat(waiting.getAsInt()).as(name).isZero();
      Greenlet<?> next = start();
      give.run();
      next.get();
    }
  }

  private static List<Operation> operations() {
    Event event = new Event();
    Event other = new Event();
    Semaphore semaphore = new Semaphore(0);
    Semaphore timed = new Semaphore(0);
    CapacityLimiter limiter = new CapacityLimiter(0);
    Barrier barrier = new Barrier(2);
    return List.of(
        new Operation("event", event::await, event::waiting, event::set),
        new Operation("event, timed", () -> other.await(FOR_EVER), other::waiting, other::set),
        new Operation("semaphore", semaphore::acquire, semaphore::waiting, semaphore::release),
        new Operation(
            "semaphore, timed", () -> timed.tryAcquire(FOR_EVER), timed::waiting, timed::release),
        new Operation(
            "limiter",
            limiter::acquire,
            () -> limiter.statistics().waiting(),
            () -> limiter.setTotalTokens(1)),
        new Operation(
            "barrier",
            () -> {
              if (barrier.isBroken()) {
                barrier.reset(); // by the one who was cancelled before
              }
              barrier.await();
            },
            barrier::waiting,
            barrier::await),
        lock(new Mutex(), FairLock::lock),
        lock(new Mutex(), lock -> lock.tryLock(FOR_EVER)),
        lock(new Mutex(), FairLock::lockInterruptibly),
        lock(new RLock(), FairLock::lock),
        lock(new RLock(), lock -> lock.tryLock(1, TimeUnit.DAYS)),
        condition(new Mutex(), Condition::await),
        condition(new Mutex(), condition -> condition.await(FOR_EVER)),
        condition(new RLock(), condition -> condition.await(1, TimeUnit.DAYS)),
        conditionThatIsAskedFor(new RLock()));
  }

  @FunctionalInterface
  private interface Use<T> {
    void accept(T it) throws Exception;
  }

  private static Operation lock(FairLock lock, Use<FairLock> take) {
    Event enough = new Event();
    spawn(() -> lock.run(() -> enough.await()));
    until(lock::isLocked);
    return new Operation(
        lock.getClass().getSimpleName(),
        () -> {
          take.accept(lock);
          lock.unlock();
        },
        lock::waiting,
        enough::set);
  }

  private static Operation condition(FairLock lock, Use<Condition> take) {
    Condition condition = lock.newCondition();
    return new Operation(
        "condition",
        () -> {
          lock.lock();
          try {
            take.accept(condition);
          } finally {
            assertThat(lock.isHeldByCurrentThread()).isTrue();
            lock.unlock();
          }
        },
        condition::waiting,
        () -> lock.run(condition::signal));
  }

  private static Operation conditionThatIsAskedFor(FairLock lock) {
    Condition condition = lock.newCondition();
    boolean[] holds = {false};
    return new Operation(
        "condition, asked for",
        () -> lock.run(() -> condition.waitFor(() -> holds[0])),
        condition::waiting,
        () ->
            lock.run(
                () -> {
                  holds[0] = true;
                  condition.signal();
                }));
  }

  @OnEveryEngine
  void byAKill(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          for (Operation each : operations()) {
            Greenlet<?> greenlet = each.start();
            greenlet.kill();
            assertThat(greenlet.isCancelled()).as(each.name).isTrue();
            assertThat(((Cancelled) greenlet.exception()).origin()).isEqualTo(Cancelled.Cause.KILL);
            each.isAsItWas();
          }
        });
  }

  @OnEveryEngine
  void byAnErrorOfChoice(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          for (Operation each : operations()) {
            Greenlet<?> greenlet = each.start();
            Exception error = new Exception("of choice");
            greenlet.kill(error);
            assertThat(greenlet.exception()).as(each.name).isSameAs(error);
            each.isAsItWas();
          }
        });
  }

  @OnEveryEngine
  void byAScope(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          for (Operation each : operations()) {
            CancelScope scope = new CancelScope();
            Greenlet<?> greenlet = spawn(() -> scope.run(each.body));
            until(() -> each.waiting.getAsInt() == 1);
            scope.cancel();
            greenlet.get();
            assertThat(scope.isCaught()).as(each.name).isTrue();
            each.isAsItWas();
          }
        });
  }

  @OnEveryEngine
  void byATimeout(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          for (Operation each : operations()) {
            AtomicReference<dev.loomlet.Timeout> timeout = new AtomicReference<>();
            Greenlet<?> greenlet =
                spawn(
                    () -> {
                      timeout.set(dev.loomlet.Timeout.start(Duration.ofMillis(1)));
                      each.body.run();
                    });
            greenlet.join();
            assertThat(greenlet.exception()).as(each.name).isSameAs(timeout.get());
            each.isAsItWas();
          }
        });
  }

  @OnEveryEngine
  void byAnInterrupt(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          for (Operation each : operations()) {
            Greenlet<?> greenlet = each.start();
            greenlet.thread().interrupt();
            greenlet.join();
            assertThat(greenlet.exception())
                .as(each.name)
                .matches(
                    error ->
                        error instanceof InterruptedException
                            || ((Cancelled) error).origin() == Cancelled.Cause.INTERRUPT);
            each.isAsItWas();
          }
        });
  }

  @OnEveryEngine
  void anInterruptIsAnInterruptedExceptionWhereOneIsDeclared(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Mutex held = new Mutex();
          Event enough = new Event();
          spawn(() -> held.run(() -> enough.await()));
          until(held::isLocked);
          Mutex mine = new Mutex();
          Condition condition = mine.newCondition();
          mine.lock();
          List<Action> declared =
              List.of(
                  held::lockInterruptibly,
                  () -> held.tryLock(1, TimeUnit.DAYS),
                  condition::await,
                  () -> condition.await(1, TimeUnit.DAYS),
                  () -> condition.awaitNanos(Long.MAX_VALUE),
                  () -> condition.awaitUntil(new Date(Long.MAX_VALUE)));
          for (Action each : declared) {
            // when
            Thread.currentThread().interrupt();

            // then
            assertThatThrownBy(each::run).isInstanceOf(InterruptedException.class);
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            assertThat(mine.isHeldByCurrentThread()).isTrue();
          }
          // and, where none is declared, the error that every wait throws
          for (Action each : List.<Action>of(held::lock, () -> held.tryLock(FOR_EVER))) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(each::run).isInstanceOf(Cancelled.class);
          }
          mine.unlock();
          enough.set();
        });
  }

  @OnEveryEngine
  void operationsThatWouldNotHaveToWaitAreCheckpointsToo(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Event event = new Event();
          event.set();
          Semaphore semaphore = new Semaphore(10);
          Mutex mutex = new Mutex();
          RLock rlock = new RLock();
          RLock owned = new RLock();
          CapacityLimiter limiter = new CapacityLimiter(10);
          Condition condition = owned.newCondition();
          List<Action> ready =
              List.of(
                  event::await,
                  () -> event.await(Duration.ZERO),
                  semaphore::acquire,
                  () -> semaphore.tryAcquire(Duration.ZERO),
                  semaphore::hold,
                  mutex::lock,
                  mutex::lockInterruptibly,
                  () -> mutex.tryLock(Duration.ZERO),
                  () -> mutex.tryLock(0, TimeUnit.DAYS),
                  mutex::hold,
                  rlock::lock,
                  owned::lock,
                  limiter::acquire,
                  () -> limiter.tryAcquire(Duration.ZERO),
                  condition::await,
                  () -> condition.await(Duration.ZERO),
                  () -> condition.waitFor(() -> true),
                  () -> new Barrier(1).await());

          // when
          CancelScope scope = new CancelScope();
          scope.run(
              () -> {
                owned.lock();
                scope.cancel();
                for (Action each : ready) {
                  assertThat(catchThrowable(each::run)).isInstanceOf(Cancelled.class);
                }

                // then: those that never wait are none, so that cleaning up works
                assertThat(semaphore.tryAcquire()).isTrue();
                semaphore.release();
                assertThat(limiter.tryAcquire()).isTrue();
                limiter.release();
                assertThat(mutex.tryLock()).isTrue();
                mutex.unlock();
                condition.signal();
                owned.unlock();
              });

          // and nothing was taken
          assertThat(semaphore.availablePermits()).isEqualTo(10);
          assertThat(limiter.borrowedTokens()).isZero();
          assertThat(List.of(mutex, rlock, owned)).noneMatch(FairLock::isLocked);
        });
  }

  @OnEveryEngine
  void whatWasHandedOverBeforeTheKillIsKept(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          int handedOver = 0;
          for (Operation each : operations()) {
            // given
            Greenlet<?> greenlet = spawn(() -> thenSleep(each));
            until(() -> each.waiting.getAsInt() == 1);

            // when: it is given what it waits for, and killed before it has run
            each.give.run();
            boolean given = each.waiting.getAsInt() == 0;
            greenlet.kill();

            // then: the operation had succeeded, and what came after was cancelled
            assertThat(greenlet.isCancelled()).as(each.name).isTrue();
            if (given) {
              assertThat(greenlet.exception()).as(each.name).hasSuppressedException(AFTERWARDS);
              handedOver++;
            }
          }
          assertThat(handedOver).as("all but locks, whose holder has to run first").isEqualTo(10);
        });
  }

  private static final Exception AFTERWARDS = new Exception("the wait had succeeded");

  private static void thenSleep(Operation operation) throws Exception {
    operation.body.run();
    try {
      sleep(FOR_EVER);
    } catch (Cancelled e) {
      e.addSuppressed(AFTERWARDS);
      throw e;
    }
  }

  @Test
  void aPlainThreadIsInterrupted() throws Exception {
    // given
    Semaphore semaphore = new Semaphore(0);
    AtomicReference<Throwable> seen = new AtomicReference<>();
    for (Thread.Builder builder : List.of(Thread.ofPlatform(), Thread.ofVirtual())) {
      Thread thread = builder.start(() -> seen.set(catchThrowable(semaphore::acquire)));
      until(() -> semaphore.waiting() == 1);

      // when
      thread.interrupt();
      thread.join();

      // then
      assertThat(seen.get()).isInstanceOf(Cancelled.class);
      assertThat(semaphore.waiting()).isZero();
    }
  }
}
