package dev.loomlet.io;

import dev.loomlet.Loop;
import dev.loomlet.engine.DescriptorWatch;
import dev.loomlet.engine.Watchable;
import dev.loomlet.wait.OnLoop;
import dev.loomlet.wait.Timeouts;
import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.time.Duration;

/**
 * Waiting for descriptors that Loomlet did not open, such as those of a native library; gevent's
 * {@code wait_read}, trio's {@code wait_readable}. To wait neither reads nor changes anything.
 *
 * <p>A file or directory is always ready. If the owner closes the descriptor meanwhile, that is
 * noticed within a second, and an {@code IOException}; another file that gets its number is not
 * taken for it. On the engine {@code nio}, and for channels on every engine, a thread waits in the
 * greenlet's place.
 *
 * <p>All methods make the calling greenlet wait, and throw {@link dev.loomlet.Cancelled} if it is
 * or gets cancelled.
 */
public final class Descriptors {
  private Descriptors() {}

  /** Waits until a descriptor can be read, or accepted from, without a wait. */
  public static void waitReadable(int descriptor) throws IOException {
    await(descriptor, Watchable.READ, 0);
  }

  /**
   * As {@link #waitReadable(int)}, for a limited time.
   *
   * @param timeout more than 0
   * @throws java.net.SocketTimeoutException if it took longer
   */
  public static void waitReadable(int descriptor, Duration timeout) throws IOException {
    await(descriptor, Watchable.READ, Timeouts.toNanos(timeout));
  }

  /** Waits until a descriptor can be written to without a wait. */
  public static void waitWritable(int descriptor) throws IOException {
    await(descriptor, Watchable.WRITE, 0);
  }

  /**
   * As {@link #waitWritable(int)}, for a limited time.
   *
   * @param timeout more than 0
   * @throws java.net.SocketTimeoutException if it took longer
   */
  public static void waitWritable(int descriptor, Duration timeout) throws IOException {
    await(descriptor, Watchable.WRITE, Timeouts.toNanos(timeout));
  }

  /**
   * Waits until a channel can be read, or accepted from, without a wait.
   *
   * @param channel which does not block
   * @throws IllegalArgumentException if it does
   */
  public static void waitReadable(SelectableChannel channel) throws IOException {
    await(channel, Watchable.READ, 0);
  }

  /**
   * As {@link #waitReadable(SelectableChannel)}, for a limited time.
   *
   * @param timeout more than 0
   * @throws java.net.SocketTimeoutException if it took longer
   */
  public static void waitReadable(SelectableChannel channel, Duration timeout) throws IOException {
    await(channel, Watchable.READ, Timeouts.toNanos(timeout));
  }

  /**
   * Waits until a channel can be written to, or be connected, without a wait.
   *
   * @param channel which does not block
   * @throws IllegalArgumentException if it does
   */
  public static void waitWritable(SelectableChannel channel) throws IOException {
    await(channel, Watchable.WRITE, 0);
  }

  /**
   * As {@link #waitWritable(SelectableChannel)}, for a limited time.
   *
   * @param timeout more than 0
   * @throws java.net.SocketTimeoutException if it took longer
   */
  public static void waitWritable(SelectableChannel channel, Duration timeout) throws IOException {
    await(channel, Watchable.WRITE, Timeouts.toNanos(timeout));
  }

  private interface Opening {
    DescriptorWatch on(Loop loop) throws IOException;
  }

  private static void await(int descriptor, int interest, long timeoutNanos) throws IOException {
    await(loop -> loop.engine().watch(descriptor), interest, timeoutNanos);
  }

  private static void await(SelectableChannel channel, int interest, long timeoutNanos)
      throws IOException {
    await(loop -> loop.engine().watch(channel), interest, timeoutNanos);
  }

  private static void await(Opening opening, int interest, long timeoutNanos) throws IOException {
    Loop loop = Loop.current();
    OnLoop.call(
        loop,
        () -> {
          DescriptorWatch watch = opening.on(loop);
          try {
            watch.await(interest, timeoutNanos);
          } finally {
            watch.close();
          }
          return null;
        });
  }
}
