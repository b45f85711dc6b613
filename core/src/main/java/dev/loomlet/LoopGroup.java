package dev.loomlet;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Several loops, each on a thread of its own: one for each core that should be used.
 *
 * <p>Loops share nothing. A greenlet stays on the loop on which it was spawned; what only greenlets
 * of one loop touch needs no lock. {@link Loop#call} goes across. The threads keep the JVM alive
 * until the group is closed.
 */
public final class LoopGroup implements AutoCloseable {
  private static final Duration DEFAULT_GRACE = Duration.ofSeconds(5);

  private final List<Member> members;
  private final AtomicInteger turn = new AtomicInteger();

  private record Member(Thread thread, Loop loop, CompletableFuture<List<String>> stubborn) {}

  private LoopGroup(List<Member> members) {
    this.members = List.copyOf(members);
  }

  /** As many loops as there are processors. */
  public static LoopGroup start() {
    return start(Runtime.getRuntime().availableProcessors());
  }

  /**
   * Starts loops with default options.
   *
   * @param count at least 1
   */
  public static LoopGroup start(int count) {
    return start(count, LoopOptions.defaults());
  }

  /**
   * Starts loops. Returns when all of them turn.
   *
   * @param count at least 1
   * @param options for each of them; the name, or else {@code loop}, gets the number added
   */
  public static LoopGroup start(int count, LoopOptions options) {
    if (count < 1) {
      throw new IllegalArgumentException("a group needs at least one loop, not " + count);
    }
    String prefix = options.name() == null ? "loop" : options.name();
    List<Member> members = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        members.add(startMember(options.withName(prefix + "-" + i)));
      }
    } catch (RuntimeException | Error e) {
      new LoopGroup(members).close();
      throw e;
    }
    return new LoopGroup(members);
  }

  private static Member startMember(LoopOptions options) {
    CompletableFuture<Loop> opened = new CompletableFuture<>();
    CompletableFuture<List<String>> ended = new CompletableFuture<>();
    Thread thread =
        Thread.ofPlatform()
            .name("loomlet-" + options.name())
            .start(
                () -> {
                  try {
                    Loop loop = Loop.open(options);
                    // By the loop itself, so that it turns when start returns.
                    loop.execute(() -> opened.complete(loop));
                    loop.runUntilStopped();
                    ended.complete(loop.close(loop.grace()));
                  } catch (Throwable e) {
                    opened.completeExceptionally(e);
                    ended.completeExceptionally(e);
                  }
                });
    try {
      return new Member(thread, opened.join(), ended);
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException unchecked ? unchecked : e;
    }
  }

  /** How many loops. */
  public int size() {
    return members.size();
  }

  /**
   * One of the loops.
   *
   * @param index from 0
   */
  public Loop loop(int index) {
    return members.get(index).loop();
  }

  /** All loops. */
  public List<Loop> loops() {
    return Collections.unmodifiableList(members.stream().map(Member::loop).toList());
  }

  /** The loops in turn. */
  public Loop next() {
    return loop(Math.floorMod(turn.getAndIncrement(), members.size()));
  }

  /** Starts a greenlet on the next loop in turn. Does not wait. */
  public <T extends @Nullable Object> Greenlet<T> spawn(Callable<? extends T> body) {
    return next().spawn(body);
  }

  /** As {@link #spawn(Callable)}, for code without a result. */
  public Greenlet<@Nullable Void> spawn(Action body) {
    return next().spawn(body);
  }

  /** Closes with five seconds of grace for each loop. */
  @Override
  public void close() {
    close(DEFAULT_GRACE);
  }

  /**
   * Stops the loops in the order of their indexes, each before the next is asked: its greenlets are
   * cancelled and have the grace to clean up. So what feeds others belongs on the first. Waits.
   *
   * @return the names of greenlets that did not end in time
   * @throws IllegalStateException in a greenlet of the group
   */
  public List<String> close(Duration grace) {
    for (Member each : members) {
      if (each.loop().isCurrent()) {
        throw new IllegalStateException(
            "a group cannot be closed by a greenlet of its own loops: it would wait for itself");
      }
    }
    List<String> stubborn = new ArrayList<>();
    for (Member each : members) {
      each.loop().requestStop(grace);
      stubborn.addAll(each.stubborn().join());
      joinUninterruptibly(each.thread());
    }
    return stubborn;
  }

  private static void joinUninterruptibly(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
