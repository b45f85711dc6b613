package dev.loomlet.bench;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A program that starts many greenlets or virtual threads, all of which wait, and prints by how
 * many bytes it has grown for each. A process of its own for each kind, because memory that has
 * been touched once stays with a JVM.
 */
public final class ParkedThreads {
  private static final Duration LONG = Duration.ofHours(1);
  private static final int WARM_UP = 10_000;

  private final boolean greenlets;
  private final boolean sleeping;
  private final AtomicInteger waiting = new AtomicInteger();
  private volatile boolean over;

  private ParkedThreads(boolean greenlets, boolean sleeping) {
    this.greenlets = greenlets;
    this.sleeping = sleeping;
  }

  /** Takes {@code greenlet} or {@code virtual}, {@code park} or {@code sleep}, and how many. */
  public static void main(String[] args) throws Exception {
    boolean greenlets = args[0].equals("greenlet");
    boolean sleeping = args[1].equals("sleep");
    int count = Integer.parseInt(args[2]);
    if (greenlets) {
      Loomlet.run(() -> new ParkedThreads(true, sleeping).measure(count));
    } else {
      new ParkedThreads(false, sleeping).measure(count);
    }
  }

  private void measure(int count) throws InterruptedException {
    List<Thread> first = start(WARM_UP, true);
    over = true;
    for (Thread each : first) {
      each.interrupt();
    }
    for (Thread each : first) {
      each.join();
    }
    first.clear();
    over = false;
    waiting.set(0);
    long before = settled();
    start(count, false);
    long after = settled();
    System.out.println((double) (after - before) / count);
    System.out.flush();
    // To wake them all in order to end them would take longer than the rest.
    Runtime.getRuntime().halt(0);
  }

  /** Nothing keeps a thread but what its scheduler or the JDK keeps; a list would count, too. */
  private List<Thread> start(int count, boolean keep) throws InterruptedException {
    List<Thread> kept = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Thread thread;
      if (greenlets) {
        Greenlet<?> greenlet = Loomlet.spawn(this::rest);
        thread = greenlet.thread();
      } else {
        thread = Thread.startVirtualThread(this::rest);
      }
      if (keep) {
        kept.add(thread);
      }
    }
    while (waiting.get() < count) {
      pause(10);
    }
    return kept;
  }

  private void rest() {
    waiting.incrementAndGet();
    if (!sleeping) {
      while (!over) {
        LockSupport.park();
      }
    } else if (greenlets) {
      Loomlet.sleep(LONG);
    } else {
      try {
        Thread.sleep(LONG);
      } catch (InterruptedException e) {
        // The warm-up is over.
      }
    }
  }

  private void pause(long millis) throws InterruptedException {
    if (greenlets) {
      Loomlet.sleep(millis);
    } else {
      Thread.sleep(millis);
    }
  }

  /** Memory in use after a collection, once it no longer changes. */
  private long settled() throws InterruptedException {
    pause(200);
    System.gc();
    long last = 0;
    for (int i = 0; i < 25; i++) {
      pause(200);
      long now = ProcessSample.of(ProcessHandle.current().pid()).orElseThrow().residentBytes();
      if (Math.abs(now - last) < now / 500) {
        return now;
      }
      last = now;
    }
    return last;
  }
}
