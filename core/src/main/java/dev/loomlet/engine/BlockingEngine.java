package dev.loomlet.engine;

import dev.loomlet.linux.PollArray;
import dev.loomlet.linux.PollCalls;
import dev.loomlet.linux.PollEvents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Blocking calls on helper threads.
 *
 * <p>The model: a call that cannot do anything yet blocks its thread, so each that waits has a
 * thread of its own. Here that is a {@linkplain BlockingHelper helper}: a greenlet first tries, and
 * if that says EAGAIN, a helper blocks in the kernel in its place until the descriptor is ready;
 * then the greenlet tries again. Meanwhile the loop goes on.
 *
 * <p>The call that blocks is poll(2) of that one descriptor, and not recv(2) itself, for three
 * reasons. Whether recv blocks is a property of the open file (O_NONBLOCK), not of the call: to
 * have one block, all that is done with the same file would, also on the loop's thread and in other
 * processes that share it. A recv that blocks takes bytes when it returns; if the greenlet has
 * given up, they would have to be kept and given to whoever comes next, whereas a poll takes
 * nothing, so that nothing can be lost. And a blocking recv is ended only by shutdown(2), which
 * ends the connection for everybody who shares it, or by a signal, which can come too early; a poll
 * is ended by a second descriptor in its list.
 *
 * <p>What it costs: a thread, its stack and an eventfd for each that waits; two hand-overs from
 * thread to thread, some 10 to 50 microseconds, for each wait.
 *
 * <p>Where it stops: at the number of threads. 10,000 idle connections would need 10,000 of them.
 * Above {@value #PROPERTY} of them (4,096 without that property) for a loop a wait fails with an
 * error that says so.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/socket.7.html">socket(7), on O_NONBLOCK</a>
 */
final class BlockingEngine extends LinuxEngine {
  static final String NAME = "blocking";

  /** System property: how many helpers a loop may have. */
  static final String PROPERTY = "loomlet.blocking.helpers";

  private static final int MOST_HELPERS = 4096;

  /** How long a helper without anything to do stays, in nanoseconds. */
  private static final long PATIENCE = 5_000_000_000L;

  /** After this time, in nanoseconds, one looks whether a helper has left its call. */
  private static final long LOOK_AGAIN = 100_000_000;

  private final int mostHelpers = Integer.getInteger(PROPERTY, MOST_HELPERS);
  private final long patienceNanos;
  private final LoopSleep sleep = new LoopSleep();

  /** Readable when a helper has left a call that it was told to leave. */
  private final WakeUpDescriptor left;

  private final PollCalls pollCalls = new PollCalls();
  private final PollArray leftArray = new PollArray(1);

  /** The wait that a helper is at, by the index of a descriptor. */
  private @Nullable BlockingWait[] reads = new @Nullable BlockingWait[64];

  private @Nullable BlockingWait[] writes = new @Nullable BlockingWait[64];

  private final Set<BlockingHelper> helpers = new HashSet<>();

  /** Those without a call; the one at the end was busy last. */
  private final ArrayDeque<BlockingHelper> idle = new ArrayDeque<>();

  BlockingEngine(EngineContext context) throws IOException {
    this(context, PATIENCE);
  }

  BlockingEngine(EngineContext context, long patienceNanos) throws IOException {
    super(context);
    this.patienceNanos = patienceNanos;
    this.left = new WakeUpDescriptor(calls, NAME);
    leftArray.set(0, left.fd(), PollEvents.POLLIN);
  }

  @Override
  long ownCalls() {
    return pollCalls.made();
  }

  @Override
  public String name() {
    return NAME;
  }

  /** There is nothing to collect: helpers send the loop what they heard. */
  @Override
  public void poll(long timeoutNanos) {
    if (timeoutNanos > 0) {
      sleep.sleep(timeoutNanos);
    }
  }

  @Override
  public void wakeUp() {
    sleep.wake();
  }

  @Override
  int watch(LinuxDescriptor descriptor) {
    int index = descriptor.index;
    if (index >= reads.length) {
      int larger = Math.max(index + 1, reads.length * 2);
      reads = Arrays.copyOf(reads, larger);
      writes = Arrays.copyOf(writes, larger);
    }
    return 0;
  }

  @Override
  void arm(LinuxDescriptor descriptor, int readiness) {
    @Nullable BlockingWait[] waits = waitsFor(readiness);
    if (waits[descriptor.index] != null) {
      // A helper is at it still, for somebody who has given up.
      return;
    }
    BlockingHelper helper = idle.pollLast();
    if (helper == null) {
      helper = newHelper();
    }
    BlockingWait wait = new BlockingWait(this, helper, descriptor, readiness);
    waits[descriptor.index] = wait;
    helper.begin(wait);
  }

  private @Nullable BlockingWait[] waitsFor(int readiness) {
    return readiness == Readiness.READABLE ? reads : writes;
  }

  private BlockingHelper newHelper() {
    if (helpers.size() >= mostHelpers) {
      throw tooMany("the limit, which -D" + PROPERTY + " sets");
    }
    BlockingHelper helper;
    try {
      helper = new BlockingHelper(this, patienceNanos);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      helper.start();
    } catch (OutOfMemoryError e) {
      helper.end();
      throw tooMany("and the system has no thread left");
    }
    helpers.add(helper);
    return helper;
  }

  private UncheckedIOException tooMany(String why) {
    return new UncheckedIOException(
        new DescriptorsExhaustedException(
            "cannot wait for one more descriptor",
            "the engine "
                + NAME
                + " has "
                + helpers.size()
                + " helper threads on this loop, "
                + why
                + "; an engine such as --engine epoll needs none"));
  }

  /** A helper's call is over. Any thread; it is out of the call. */
  void leftCall(BlockingWait wait) {
    if (wait.revoked) {
      left.signal();
    } else {
      context.submit(wait);
    }
  }

  /** The same, on the loop. */
  void finished(BlockingWait wait) {
    LinuxDescriptor descriptor = wait.descriptor;
    waitsFor(wait.readiness)[descriptor.index] = null;
    idle.addLast(wait.helper);
    if (descriptor.isWatched() && wait.readiness == Readiness.READABLE) {
      confirm(descriptor);
    } else {
      descriptor.happened(wait.happened);
    }
  }

  /** What a helper saw may have been read since then, and whoever only watches would not notice. */
  private void confirm(LinuxDescriptor descriptor) {
    descriptor.askKernel();
    if ((descriptor.state & Readiness.READABLE) == 0) {
      try {
        arm(descriptor, Readiness.READABLE);
      } catch (UncheckedIOException e) {
        // To be found out by the one who reads.
        descriptor.ready(Readiness.READABLE);
      }
    }
  }

  /** The kernel must not hear of a number any more when that is about to be given to others. */
  @Override
  void unwatch(LinuxDescriptor descriptor) {
    revoke(reads, descriptor.index);
    revoke(writes, descriptor.index);
  }

  private void revoke(@Nullable BlockingWait[] waits, int index) {
    BlockingWait wait = waits[index];
    if (wait == null) {
      return;
    }
    waits[index] = null;
    BlockingHelper helper = wait.helper;
    wait.revoked = true;
    helper.leave();
    while (helper.isAt(wait)) {
      // Its thread has to wake up, no more. This one waits in the kernel, because a greenlet may
      // be closing the descriptor, and must not let others run in the middle of it.
      if (pollCalls.poll(leftArray, 1, LOOK_AGAIN) > 0) {
        left.clear(calls);
      }
    }
    idle.addLast(helper);
  }

  /** How many helpers there are. */
  int helpers() {
    return helpers.size();
  }

  /** A helper had nothing to do for a while. On the loop. */
  void retire(BlockingHelper helper) {
    if (idle.removeFirstOccurrence(helper)) {
      helpers.remove(helper);
      helper.end();
    }
  }

  @Override
  public void close() {
    super.close();
    helpers.forEach(BlockingHelper::end);
    helpers.clear();
    idle.clear();
    left.close();
  }
}
