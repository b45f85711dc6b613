package dev.loomlet.diagnose;

import dev.loomlet.Awaitable;
import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.sync.Mutex;
import dev.loomlet.sync.RLock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** Greenlets each of which holds one thing and then wants that of the next one. */
final class Ring {

  /** What is held. */
  enum Kind {
    MUTEX,
    RLOCK,
    REENTRANT_LOCK,
    WRITE_LOCK,
    JOIN,
    MONITOR
  }

  private interface Thing {
    void holdWhile(Code code) throws Exception;

    void want() throws Exception;
  }

  private interface Code {
    void run() throws Exception;
  }

  private final List<Thing> things = new ArrayList<>();
  private final List<Greenlet<?>> greenlets = new ArrayList<>();
  private final CountDownLatch allHold;

  private Ring(int size) {
    allHold = new CountDownLatch(size);
  }

  /** Starts it on the caller's loop; the members are called member-0 and so on. */
  static Ring start(Kind... kinds) {
    Ring ring = new Ring(kinds.length);
    for (int i = 0; i < kinds.length; i++) {
      ring.things.add(ring.thing(kinds[i], i));
    }
    for (int i = 0; i < kinds.length; i++) {
      Thing own = ring.things.get(i);
      Thing next = ring.things.get((i + 1) % kinds.length);
      ring.greenlets.add(
          Loomlet.spawn(
              "member-" + i,
              () ->
                  own.holdWhile(
                      () -> {
                        ring.allHold.countDown();
                        ring.allHold.await();
                        next.want();
                      })));
    }
    return ring;
  }

  private Thing thing(Kind kind, int index) {
    return switch (kind) {
      case MUTEX -> of(new Mutex());
      case RLOCK -> of(new RLock());
      case REENTRANT_LOCK -> of(new ReentrantLock());
      case WRITE_LOCK -> of(new ReentrantReadWriteLock().writeLock());
      case JOIN ->
          new Thing() {
            @Override
            public void holdWhile(Code code) throws Exception {
              code.run();
            }

            @Override
            public void want() {
              greenlets.get(index).join();
            }
          };
      case MONITOR -> {
        Object monitor = new Object();
        yield new Thing() {
          @Override
          public void holdWhile(Code code) throws Exception {
            synchronized (monitor) {
              code.run();
            }
          }

          @Override
          public void want() {
            synchronized (monitor) {
              Thread.onSpinWait();
            }
          }
        };
      }
    };
  }

  private static Thing of(Lock lock) {
    return new Thing() {
      @Override
      public void holdWhile(Code code) throws Exception {
        lock.lockInterruptibly();
        try {
          code.run();
        } finally {
          lock.unlock();
        }
      }

      @Override
      public void want() throws Exception {
        lock.lockInterruptibly();
        lock.unlock();
      }
    };
  }

  /** Kills who can be killed, and waits until all have ended. */
  void breakUp() {
    greenlets.forEach(each -> each.cancel(true));
    greenlets.forEach(Awaitable::join);
  }
}
