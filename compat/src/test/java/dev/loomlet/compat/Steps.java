package dev.loomlet.compat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.loomlet.sched.FifoPolicy;
import dev.loomlet.sched.Policy;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A loop's policy that keeps how long a step of a greenlet held the loop at most.
 *
 * <p>That is the time by the wall, less what is no fault of the code that ran: the time in which
 * the thread was ready but had no processor, which other processes and threads of the machine took,
 * and collections. Sleeping in the kernel counts, which processor time would not show.
 */
final class Steps implements Policy {
  private static final Path SCHEDSTAT = Path.of("/proc/thread-self/schedstat");

  /** How far apart readings of the kernel's figures are, so that most steps do without. */
  private static final long APART_NANOS = 1_000_000;

  private final FifoPolicy policy = new FifoPolicy();
  private final List<GarbageCollectorMXBean> collectors =
      ManagementFactory.getGarbageCollectorMXBeans();
  private final @Nullable RandomAccessFile schedstat;
  private final byte[] text = new byte[100];

  private long sampleTaken;
  private long sample;
  private long longest;
  private int count;

  /** On the loop's thread, as all of it. */
  Steps() {
    try {
      schedstat = Files.exists(SCHEDSTAT) ? new RandomAccessFile(SCHEDSTAT.toFile(), "r") : null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The longest so far, in nanoseconds. */
  long longestNanos() {
    return longest;
  }

  /** Begins anew, when what came first has been loaded and compiled. On the loop. */
  void forget() {
    longest = 0;
    count = 0;
  }

  /** How many there were. */
  int count() {
    return count;
  }

  @Override
  public void add(Runnable continuation) {
    policy.add(continuation);
  }

  @Override
  public @Nullable Runnable next() {
    Runnable step = policy.next();
    return step == null ? null : () -> run(step);
  }

  @Override
  public int size() {
    return policy.size();
  }

  private void run(Runnable step) {
    long begin = System.nanoTime();
    if (begin - sampleTaken > APART_NANOS) {
      sample = nobodysFault();
      sampleTaken = begin;
    }
    try {
      step.run();
    } finally {
      count++;
      long taken = System.nanoTime() - begin;
      if (taken > longest) {
        longest = Math.max(longest, taken - (nobodysFault() - sample));
      }
    }
  }

  /** Nanoseconds for which the thread has waited for a processor or a collection, ever. */
  private long nobodysFault() {
    long nanos = 0;
    for (GarbageCollectorMXBean each : collectors) {
      nanos += each.getCollectionTime() * 1_000_000;
    }
    if (schedstat == null) {
      return nanos;
    }
    try {
      schedstat.seek(0);
      int length = schedstat.read(text);
      return nanos + Long.parseLong(new String(text, 0, length, US_ASCII).split(" ")[1]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
