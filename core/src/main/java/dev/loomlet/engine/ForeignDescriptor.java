package dev.loomlet.engine;

import dev.loomlet.linux.Errno;
import dev.loomlet.linux.SystemCalls;
import java.io.IOException;
import java.net.SocketTimeoutException;

/**
 * A descriptor of somebody else's.
 *
 * <p>It is watched by a duplicate: if its owner closes it, and its number is given to another file,
 * nobody here takes that for this one. But then nothing may ever happen to the duplicate, so
 * whoever waits looks from time to time whether both are still the same.
 */
final class ForeignDescriptor extends LinuxDescriptor implements DescriptorWatch {
  private static final long LOOK_AGAIN_NANOS = 500_000_000;

  private final int original;

  /** Not for files: those are ready at all times, and no engine has to be told. */
  private final boolean registered;

  private ForeignDescriptor(LinuxEngine engine, int duplicate, int original, boolean waits) {
    super(engine, duplicate, 0);
    this.original = original;
    this.registered = waits && engine.register(this) == 0;
  }

  /** Begins to watch. */
  static ForeignDescriptor of(LinuxEngine engine, int descriptor) throws IOException {
    if (descriptor < 0) {
      throw new IllegalArgumentException("a descriptor is 0 or more, not " + descriptor);
    }
    int duplicate = engine.calls.duplicate(descriptor);
    if (duplicate == -Errno.EBADF) {
      throw new IOException("descriptor " + descriptor + " is not open");
    }
    if (duplicate < 0) {
      throw new DescriptorsExhaustedException("cannot watch descriptor " + descriptor);
    }
    boolean waits = engine.linuxPipes().calls().canWaitFor(duplicate);
    return new ForeignDescriptor(engine, duplicate, descriptor, waits);
  }

  @Override
  String describe() {
    return "descriptor " + original;
  }

  private boolean isGone() throws IOException {
    return !engine.linuxPipes().calls().isSameFile(original, fd);
  }

  @Override
  public int readyFor(int interest) throws IOException {
    if (!isOpen() || isGone()) {
      return interest;
    }
    return registered ? super.readyFor(interest) : interest;
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
      long now = context.clock().nanoTime();
      boolean last = deadline != 0 && deadline - now <= LOOK_AGAIN_NANOS;
      try {
        awaitReady(interest, last ? deadline : now + LOOK_AGAIN_NANOS | 1, timeoutNanos);
      } catch (SocketTimeoutException e) {
        if (last) {
          throw e;
        }
      }
    }
    if (isGone()) {
      throw new IOException(describe() + " was closed while somebody waited for it");
    }
  }

  private void awaitReady(int interest, long deadline, long timeoutNanos) throws IOException {
    if (interest == READ) {
      awaitReadable(deadline, timeoutNanos, "wait");
    } else {
      awaitWritable(deadline, timeoutNanos, "wait");
    }
  }

  @Override
  boolean outlivesClose() {
    return true;
  }

  @Override
  public void close() {
    if (registered) {
      super.close();
    } else if (markClosed()) {
      SystemCalls.close(fd);
    }
  }
}
