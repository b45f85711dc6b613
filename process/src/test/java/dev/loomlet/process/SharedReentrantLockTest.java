package dev.loomlet.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Loomlet;
import dev.loomlet.process.OnEveryEngine.TestLoop;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SharedReentrantLockTest {

  @OnTwoEngines
  void isFreeForOthersOnlyWhenItWasGivenBackAsOften(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (SharedReentrantLock lock = SharedReentrantLock.create()) {
            // given
            lock.lock();
            lock.lock();
            assertThat(lock.holdCount()).isEqualTo(2);

            // when / then
            try (JavaProcess other = JavaProcess.start(() -> System.exit(lock.tryLock() ? 1 : 0))) {
              other.join();
              assertThat(other.exitCode()).hasValue(0);
            }
            lock.unlock();
            assertThat(Loomlet.spawn(() -> lock.tryLock()).get()).isFalse();
            lock.unlock();
            assertThat(lock.isHeldByCurrentThread()).isFalse();
            try (JavaProcess other = JavaProcess.start(() -> System.exit(lock.tryLock() ? 0 : 1))) {
              other.join();
              assertThat(other.exitCode()).hasValue(0);
            }
          }
        });
  }

  @Test
  void theNextOneHearsOfADeadHolderOnceItGetsItAndNotWhenItTakesItAgain() throws Exception {
    try (SharedReentrantLock lock = SharedReentrantLock.create();
        SharedEvent held = SharedEvent.create();
        JavaProcess holder = JavaProcess.start(() -> holdTwice(lock, held))) {
      held.await();
      holder.kill();
      assertThatThrownBy(lock::lock)
          .isInstanceOf(OwnerDiedException.class)
          .hasMessageContaining("process " + holder.pid());
      lock.lock();
      assertThat(lock.holdCount()).isEqualTo(2);
      lock.makeConsistent();
      lock.unlock();
      lock.unlock();
      assertThat(lock.tryLock()).isTrue();
      lock.unlock();
    }
  }

  private static void holdTwice(SharedReentrantLock lock, SharedEvent held) throws Exception {
    lock.lock();
    lock.lock();
    held.set();
    new CountDownLatch(1).await();
  }

  @Test
  void howeverOftenItIsSentAProcessHasItOnce() throws Exception {
    try (SharedReentrantLock lock = SharedReentrantLock.create()) {
      lock.lock();
      SharedReentrantLock again = Resent.of(lock);
      assertThat(again.tryLock()).isTrue();
      assertThat(lock.holdCount()).isEqualTo(2);
      again.unlock();
      lock.unlock();
    }
  }

  @Test
  void aPlainSharedLockSaysThatItsHolderWouldWaitForItself() throws Exception {
    try (SharedLock lock = SharedLock.create()) {
      lock.lock();
      assertThatThrownBy(lock::lock)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("SharedReentrantLock");
      assertThatThrownBy(() -> lock.tryLock(Duration.ofSeconds(1)))
          .isInstanceOf(IllegalStateException.class);
      assertThat(lock.tryLock()).isFalse();
      lock.unlock();
      assertThatThrownBy(lock::unlock).isInstanceOf(IllegalMonitorStateException.class);
    }
  }

  @Test
  void anInterruptEndsTheWaitOfAThread() throws Exception {
    try (SharedLock lock = SharedLock.create()) {
      lock.lock();
      CountDownLatch interrupted = new CountDownLatch(1);
      Thread waiter =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      boolean _ = lock.tryLock(1, TimeUnit.HOURS);
                    } catch (InterruptedException e) {
                      interrupted.countDown();
                    }
                  });
      waiter.interrupt();
      interrupted.await();
      lock.unlock();
    }
  }
}
