package dev.loomlet.bench.peers;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * Agrona's ring buffer in a mapped file, between two processes: one writes for ever, the other one
 * takes each message into an array of its own and prints the nanoseconds of one.
 */
public final class AgronaRing {
  private static final int SMALL = 64;
  private static final int BATCH = 10_000;
  private static final int TYPE = 1;

  private final ManyToOneRingBuffer ring;
  private long taken;
  private byte[] last = new byte[0];

  private AgronaRing(ManyToOneRingBuffer ring) {
    this.ring = ring;
  }

  /**
   * Runs one side.
   *
   * @param arguments the file; its capacity in messages; then the seconds for the one who takes
   */
  public static void main(String[] arguments) throws IOException {
    int messages = Integer.parseInt(arguments[1]);
    AgronaRing side = new AgronaRing(open(Path.of(arguments[0]), messages));
    if (arguments.length > 2) {
      System.out.println(side.take(Math.round(1e9 * Double.parseDouble(arguments[2]))));
    } else {
      side.putForever();
    }
  }

  private static ManyToOneRingBuffer open(Path file, int messages) throws IOException {
    // A record has a header of 8 bytes, and the capacity is a power of two.
    int capacity = Integer.highestOneBit(2 * messages * (SMALL + 8) - 1);
    int length = capacity + RingBufferDescriptor.TRAILER_LENGTH;
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MappedByteBuffer bytes = channel.map(FileChannel.MapMode.READ_WRITE, 0, length);
      bytes.order(ByteOrder.nativeOrder());
      return new ManyToOneRingBuffer(new UnsafeBuffer(bytes));
    }
  }

  private void putForever() {
    UnsafeBuffer message = new UnsafeBuffer(new byte[SMALL]);
    while (true) {
      while (!ring.write(TYPE, message, 0, SMALL)) {
        Thread.onSpinWait();
      }
    }
  }

  private double take(long nanos) {
    takeFor(nanos);
    return takeFor(nanos);
  }

  private double takeFor(long nanos) {
    long first = taken;
    long begun = System.nanoTime();
    while (System.nanoTime() - begun < nanos) {
      for (long until = taken + BATCH; taken < until; ) {
        if (ring.read(this::takeOne) == 0) {
          Thread.onSpinWait();
        }
      }
    }
    return (double) (System.nanoTime() - begun) / (taken - first);
  }

  private void takeOne(int type, MutableDirectBuffer buffer, int index, int length) {
    byte[] message = new byte[length];
    buffer.getBytes(index, message);
    last = message;
    taken++;
  }

  @Override
  public String toString() {
    return taken + " taken, the last of " + last.length + " bytes";
  }
}
