package dev.loomlet.engine;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Something that the engine cannot wait for: a thread of its own does, a short while at a time, so
 * that it sees when nobody wants to know any more.
 */
abstract class ThreadWatch extends Readiness implements DescriptorWatch {
  private static final int SLICE_MILLIS = 50;

  /** What is waited for; the thread ends when there is nothing. */
  private volatile int wanted;

  private boolean busy;
  private @Nullable IOException failure;

  ThreadWatch(EngineContext context, Progress progress) {
    super(context, progress, 0);
  }

  /**
   * Finds out what it is ready for. Any thread, one at a time for each of both kinds of call.
   *
   * @param millis how long to wait; 0 to look only, on the loop
   */
  abstract int look(int interest, int millis) throws IOException;

  @Override
  void arm(int readiness) {
    wanted = wanted | readiness;
    if (!busy) {
      busy = true;
      Thread.ofPlatform()
          .daemon()
          .inheritInheritableThreadLocals(false)
          .name("loomlet-watches " + describe())
          .start(this::watch);
    }
  }

  private void watch() {
    int found = 0;
    IOException problem = null;
    while (found == 0 && wanted != 0 && problem == null) {
      try {
        found = look(wanted, SLICE_MILLIS);
      } catch (IOException e) {
        problem = e;
      }
    }
    int result = found;
    IOException error = problem;
    context.submit(() -> watched(result, error));
  }

  private void watched(int found, @Nullable IOException problem) {
    busy = false;
    failure = problem;
    int ready = problem == null ? found : READ | WRITE;
    int left = wanted & ~ready;
    wanted = left;
    ready(ready);
    if (left != 0 && isOpen()) {
      arm(left);
    }
  }

  @Override
  void askKernel() {
    ask(READ);
  }

  @Override
  void askWritable() {
    ask(WRITE);
  }

  private void ask(int interest) {
    try {
      state |= look(interest, 0);
    } catch (IOException e) {
      failure = e;
      state |= interest;
    }
  }

  @Override
  public void await(int interest, long timeoutNanos) throws IOException {
    if (interest == READ) {
      beginRead();
    } else {
      beginWrite();
    }
    long deadline = deadline(timeoutNanos);
    while (readyFor(interest) == 0) {
      if (interest == READ) {
        awaitReadable(deadline, timeoutNanos, "wait");
      } else {
        awaitWritable(deadline, timeoutNanos, "wait");
      }
    }
    if (failure != null) {
      throw new IOException(describe() + ": " + failure.getMessage(), failure);
    }
  }

  @Override
  public void close() {
    wanted = 0;
    markClosed();
  }
}
