package dev.loomlet.engine;

import dev.loomlet.linux.MessageVector;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Datagrams that are received or sent together, which takes one system call instead of one for each
 * where the engine can (recvmmsg(2), sendmmsg(2)).
 *
 * <p>It is memory of its own, made once and used again and again. A receive touches it only when it
 * does not wait any more, so several greenlets of a loop may wait with the same one, if each has
 * done with what it received before it waits for anything. Confined to a loop.
 */
public final class DatagramBatch {
  private final int capacity;
  private final int room;
  private final MemorySegment memory;
  private final ByteBuffer[] places;
  private final int[] lengths;
  private int size;

  /** Made when a socket first needs it. */
  private @Nullable MessageVector vector;

  /**
   * Creates an empty one.
   *
   * @param capacity how many datagrams at most
   * @param room how many bytes of each; of a longer one that is received the rest is lost
   * @throws IllegalArgumentException if one of them is less than 1, or both together are too much
   */
  public DatagramBatch(int capacity, int room) {
    if (capacity < 1 || room < 1 || (long) capacity * room > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "no room for " + capacity + " datagrams of " + room + " bytes");
    }
    this.capacity = capacity;
    this.room = room;
    this.memory = Arena.ofAuto().allocate((long) capacity * room);
    this.places = new ByteBuffer[capacity];
    for (int i = 0; i < capacity; i++) {
      places[i] = memory.asSlice((long) i * room, room).asByteBuffer();
    }
    this.lengths = new int[capacity];
  }

  /** How many datagrams it has room for. */
  public int capacity() {
    return capacity;
  }

  /** How many bytes of each datagram. */
  public int room() {
    return room;
  }

  /** How many datagrams there are: added, or received last. */
  public int size() {
    return size;
  }

  /**
   * How long a datagram is. If that is more than {@link #room}, it was received and cut off.
   *
   * @throws IndexOutOfBoundsException if there are not so many
   */
  public int length(int index) {
    return lengths[Objects.checkIndex(index, size)];
  }

  /**
   * The bytes of a datagram, from position 0 to the limit: the same buffer each time, good until
   * the next receive, {@link #add} or {@link #clear}.
   *
   * @throws IndexOutOfBoundsException if there are not so many
   */
  public ByteBuffer data(int index) {
    return places[index].limit(Math.min(length(index), room)).position(0);
  }

  /** Empties it. */
  public void clear() {
    size = 0;
  }

  /**
   * Adds a datagram to be sent, by copying it.
   *
   * @throws IllegalStateException if there is no place left
   * @throws IllegalArgumentException if it is longer than {@link #room}
   */
  public void add(byte[] datagram) {
    if (size == capacity) {
      throw new IllegalStateException("there are " + capacity + " datagrams in this already");
    }
    if (datagram.length > room) {
      throw new IllegalArgumentException(
          "there is room for " + room + " bytes, not for " + datagram.length);
    }
    places[size].clear().put(0, datagram);
    lengths[size++] = datagram.length;
  }

  MemorySegment memory() {
    return memory;
  }

  /** Where in the memory a datagram begins. */
  long offset(int index) {
    return (long) index * room;
  }

  /** Notes a datagram that was received into the first place. */
  void receivedOne(int length) {
    lengths[0] = length;
    size = 1;
  }

  /** Tells the kernel that all places are free. */
  MessageVector forReceiving() {
    MessageVector known = vector();
    for (int i = 0; i < capacity; i++) {
      known.setRoom(i, room);
    }
    return known;
  }

  /** Notes datagrams that were received. */
  void received(MessageVector from, int count) {
    for (int i = 0; i < count; i++) {
      lengths[i] = from.length(i);
    }
    size = count;
  }

  /** Tells the kernel what is to be sent. */
  MessageVector forSending() {
    MessageVector known = vector();
    for (int i = 0; i < size; i++) {
      known.setRoom(i, lengths[i]);
    }
    return known;
  }

  private MessageVector vector() {
    MessageVector known = vector;
    if (known == null) {
      known = new MessageVector(memory, capacity, room);
      vector = known;
    }
    return known;
  }
}
