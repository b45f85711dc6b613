package dev.loomlet.process;

import dev.loomlet.Loop;
import dev.loomlet.engine.DescriptorWatch;
import dev.loomlet.io.Descriptors;
import dev.loomlet.linux.Errno;
import dev.loomlet.linux.PipeCalls;
import dev.loomlet.linux.SystemCalls;
import dev.loomlet.wait.Waiter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The parent's ends of the pipes to and from a child. One may read while another writes. Works on
 * every engine: it tries, waits until the pipe is ready, and tries again.
 */
final class Wire {
  private static final int FIRST_ROOM = 8 * 1024;
  private static final int STEP = 1024 * 1024;

  private final int source;
  private final int sink;
  private final PipeCalls reading = new PipeCalls();
  private final PipeCalls writing = new PipeCalls();

  /** On the loop that has most to do with it, which so need not begin to watch at each wait. */
  private @Nullable DescriptorWatch sourceWatch;

  private @Nullable DescriptorWatch sinkWatch;
  private boolean sinkClosed;

  private byte[] buffer = new byte[FIRST_ROOM];
  private int begin;
  private int end;

  /**
   * Takes over two descriptors.
   *
   * @param source where answers come from
   * @param sink where tasks go to
   */
  Wire(int source, int sink) {
    this.source = source;
    this.sink = sink;
  }

  /** Watches on the current loop, of which all further operations must be. */
  void attach() throws IOException {
    sourceWatch = Loop.current().engine().watch(source);
    sinkWatch = Loop.current().engine().watch(sink);
  }

  /**
   * Sends bytes. Waits while the child is slow.
   *
   * @throws IOException if the child is gone
   */
  void send(byte[] bytes, int offset) throws IOException {
    int sent = offset;
    while (sent < bytes.length) {
      int n = sendNow(bytes, sent);
      if (n == 0) {
        awaitWritable();
      }
      sent += n;
    }
  }

  /**
   * Sends what the pipe takes. Does not wait.
   *
   * @return how many bytes
   */
  int sendNow(byte[] bytes, int offset) throws IOException {
    if (sinkClosed) {
      throw new IOException("the process is asked to end");
    }
    MemorySegment rest = MemorySegment.ofArray(bytes).asSlice(offset);
    int n = writing.write(sink, rest, bytes.length - offset);
    if (n >= 0) {
      return n;
    }
    if (n == -Errno.EAGAIN || n == -Errno.EINTR) {
      return 0;
    }
    throw new IOException("the process is gone: " + Errno.text(-n));
  }

  /**
   * Takes the next message. Waits.
   *
   * @param most bytes of its content
   * @return null if the child has closed its end
   * @throws IOException if it is none, or too long
   */
  @Nullable Frame receive(int most) throws IOException {
    while (true) {
      Frame frame = buffered(most);
      if (frame != null) {
        return frame;
      }
      int n = fill();
      if (n < 0) {
        return null;
      }
      if (n == 0) {
        awaitReadable();
      }
    }
  }

  /**
   * Takes the next message, of those that are there. Does not wait.
   *
   * @return null if there is none
   */
  @Nullable Frame receiveNow(int most) throws IOException {
    while (true) {
      Frame frame = buffered(most);
      if (frame != null || fill() <= 0) {
        return frame;
      }
    }
  }

  /** The child sees an end behind what was sent. */
  void endSending() {
    if (!sinkClosed) {
      sinkClosed = true;
      DescriptorWatch own = sinkWatch;
      if (own != null) {
        own.close();
      }
      SystemCalls.close(sink);
    }
  }

  /** As {@link #receiveNow}, of those only that have been read already. */
  @Nullable Frame buffered(int most) throws IOException {
    if (end - begin < Frame.LENGTH) {
      return null;
    }
    int length = Frame.checkedLength(buffer, begin, most);
    if (end - begin - Frame.LENGTH < length) {
      return null;
    }
    Frame frame = Frame.decode(buffer, begin);
    begin += Frame.LENGTH + length;
    return frame;
  }

  /**
   * Reads what there is.
   *
   * @return how many bytes, 0 if none yet, -1 at the end
   */
  private int fill() throws IOException {
    makeRoom();
    MemorySegment room = MemorySegment.ofArray(buffer).asSlice(end);
    int n = reading.read(source, room, buffer.length - end);
    if (n > 0) {
      end += n;
      return n;
    }
    if (n == -Errno.EAGAIN || n == -Errno.EINTR) {
      return 0;
    }
    if (n == 0) {
      return -1;
    }
    throw new IOException("cannot read from a process: " + Errno.text(-n));
  }

  /** The buffer grows with what has come, not with what is announced. */
  private void makeRoom() {
    if (begin == end) {
      begin = 0;
      end = 0;
      if (buffer.length > STEP) {
        buffer = new byte[FIRST_ROOM];
      }
    } else if (end == buffer.length) {
      int held = end - begin;
      byte[] target =
          begin > buffer.length / 2
              ? buffer
              : new byte[buffer.length + Math.min(buffer.length, 16 * STEP)];
      System.arraycopy(buffer, begin, target, 0, held);
      buffer = target;
      begin = 0;
      end = held;
    }
  }

  private void awaitReadable() throws IOException {
    DescriptorWatch own = sourceWatch;
    if (own != null) {
      own.await(DescriptorWatch.READ, 0);
    } else if (ThreadWait.isForCaller()) {
      boolean _ = ThreadWait.readable(source, Waiter.FOREVER);
    } else {
      Descriptors.waitReadable(source);
    }
  }

  private void awaitWritable() throws IOException {
    DescriptorWatch own = sinkWatch;
    if (own != null) {
      own.await(DescriptorWatch.WRITE, 0);
    } else if (ThreadWait.isForCaller()) {
      ThreadWait.writable(sink);
    } else {
      Descriptors.waitWritable(sink);
    }
  }

  /** Closes both. Not while somebody reads or writes, except on the loop it is attached to. */
  void close() {
    endSending();
    DescriptorWatch own = sourceWatch;
    if (own != null) {
      own.close();
    }
    SystemCalls.close(source);
    buffer = Arrays.copyOf(buffer, 0);
    begin = 0;
    end = 0;
  }
}
